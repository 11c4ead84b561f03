"""定标: the optimiser, the decision of two persons, price requests, over-price alerts."""
