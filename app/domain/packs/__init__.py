"""Fixed packs 定数包: how they are filled, the steps they go through, when one is overdue."""
