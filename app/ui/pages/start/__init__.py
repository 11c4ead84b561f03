"""开始使用: role, scanner, label, and what is left to set up."""
