"""处方集 rules, the steps of a 药事会 request, ballots, and when 临采 must become a request."""
