"""The one table of the product: paged model, columns, delegate, view, filters."""
