"""Settlement rules: periods, the roll-forward of supplier-owned stock, line amounts."""
