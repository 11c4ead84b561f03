"""补货模拟: two policies replayed on the last year, side by side."""
