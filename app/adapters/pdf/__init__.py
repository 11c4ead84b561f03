"""Printed papers as PDF: a small document kit, and one module per paper."""
