"""Electronic seals (PAdES) on PDF papers: certificates from file, sealing, checking."""
