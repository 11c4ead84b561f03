"""Reports: one registry, one way to make them, one way to Excel and PDF.

A new report is a `Report` (title, definition, columns, and a function that reads its rows) and one
name in `registry.REPORTS`; command line, window, Excel and PDF then offer it.
"""
