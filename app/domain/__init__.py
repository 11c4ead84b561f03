"""Pure rules: no database, no window, no files, no clock."""
