"""Goods between members: states, legal limits, who can spare what, loans set off."""
