"""The tables, as SQLAlchemy 2.1 typed declarative classes.

Keys are fit for growth: the primary and unique keys of the big tables begin with `org_id`,
group-wide tables (catalogue, prices, people, lots) are reference tables, and no key depends on a
global sequence. Docs: `docs/decisions/0003-keys-and-ledger.md`. All of them: `app.models.every`.
"""
