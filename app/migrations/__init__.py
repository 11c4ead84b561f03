"""Alembic migrations, packaged in the program."""
