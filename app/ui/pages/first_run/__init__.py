"""The first start: where the data shall be."""
