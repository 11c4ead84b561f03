"""统一目录: the group's items."""
