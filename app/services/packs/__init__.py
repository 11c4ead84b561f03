"""定数包: define, build, issue, hand over, open, break, lose, return, ask for the next."""
