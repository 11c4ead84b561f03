"""Imprints: proof that what was granted, agreed, published and settled is what it says today."""
