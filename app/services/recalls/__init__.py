"""Freeze and recall in all members at once, trace a lot both ways, near-expiry actions."""
