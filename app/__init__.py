"""医链采供 (Yilian): drug and consumables supply for a medical group."""

__version__ = "1.0.0"
