"""The outside world without rules: Excel, PDF, labels, printers, fonts."""
