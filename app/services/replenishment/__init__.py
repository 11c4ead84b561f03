"""Replenishment: gather the facts in SQL, plan with the domain, keep what people decide."""
