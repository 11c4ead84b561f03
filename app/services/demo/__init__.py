"""The demo group: fictional members and suppliers, real products, 24 months of demand."""
