"""Price lists: published, followed by new ones, never edited."""
