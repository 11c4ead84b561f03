"""目录吻合度: how far a member's list agrees with its lead's list, and what would raise it."""
