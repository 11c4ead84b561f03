"""Reading for lists: keyset pages with filters and sorts done in SQL."""
