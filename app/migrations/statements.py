"""SQL objects that are not tables (triggers, functions, policies), kept as versioned files."""

from __future__ import annotations

from importlib import resources

from alembic import op

from app.domain.errors import EnvironmentProblem
from app.i18n import _


def no_way_back() -> None:
    """The downgrade of every revision: rows of the newer form cannot be told in the older one.

    Raises:
        EnvironmentProblem: Always. The way back is the backup that each upgrade makes first.
    """
    raise EnvironmentProblem(
        "schema.no_way_back",
        _("数据库已升级，不能退回旧版本。请用升级前自动做的备份恢复（系统设置 → 备份）。"),
    )


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
        # Through SQLAlchemy: `schema.upgrade` has to know a lock not given, and a cut line.
        connection.exec_driver_sql(script, execution_options={"no_parameters": True}).close()
