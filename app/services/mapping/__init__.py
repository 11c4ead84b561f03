"""Code mapping (编码对照): members' own rows, candidates, decisions, what a group has learned."""
