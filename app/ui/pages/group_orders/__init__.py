"""统采分签: group orders, their demand, the signing board, one order, a new group order."""
