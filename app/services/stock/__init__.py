"""Stock: the one posting function, balances, lots and places."""
