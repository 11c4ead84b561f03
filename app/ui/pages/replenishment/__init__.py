"""智能补货: suggestions with their reasons, edited in place, turned into requisitions."""
