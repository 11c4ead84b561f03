"""药事会: requests, meetings with ballots, and what their decisions do to the lists."""
