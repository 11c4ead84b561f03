"""SQL objects that are not tables (triggers, functions, policies), kept as versioned files."""

from __future__ import annotations

from importlib import resources

from alembic import op


def run_rules(name: str) -> None:
    """Run a file of row-security rules between the helpers that write them (PostgreSQL only)."""
    run_sql("rules_open")
    run_sql(name)
    run_sql("rules_close")


def run_sql(name: str) -> None:
    """Run `sql/<dialect>/<name>.sql`; a dialect without such a file needs nothing."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    file = resources.files("app.migrations") / "sql" / dialect / f"{name}.sql"
    if not file.is_file():
        return
    script = file.read_text(encoding="utf-8")
    if dialect == "sqlite":
        for statement in script.split("\n--;\n"):
            connection.exec_driver_sql(statement)
    else:
        raw = connection.connection.cursor()
        raw.execute(script.encode())
        raw.close()
