"""Bringing tables in: find the titles, read row by row, show what would happen, then do it."""
