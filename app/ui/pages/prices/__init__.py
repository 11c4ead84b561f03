"""价格表: prices in force, to come and past."""
