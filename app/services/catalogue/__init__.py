"""The unified catalogue: found, shown, kept, and its history."""
