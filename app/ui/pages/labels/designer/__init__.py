"""The label designer: a canvas that is the print, a panel of properties, and the template list."""
