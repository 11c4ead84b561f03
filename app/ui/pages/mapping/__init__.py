"""对码工作台: a member's rows on the left, candidates beside each other on the right."""
