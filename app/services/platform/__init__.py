"""The house itself: server and accounts, backup and restore, health, proofs."""
