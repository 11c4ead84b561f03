"""工作台: what needs this person, worst first."""
