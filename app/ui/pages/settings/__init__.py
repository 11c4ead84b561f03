"""系统设置: data, look, scanner, printer, people, backup, licences."""
