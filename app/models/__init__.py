"""The tables, as SQLAlchemy 2.1 typed declarative classes."""
