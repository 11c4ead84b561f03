"""House rules that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.structure.source import ROOT, Source, calls, functions, sources

EXACT = ("app/domain/", "app/models/", "app/services/")
ESTIMATES = (
    "app/domain/demand",
    "app/domain/replenish",
    "app/domain/labels",
    "app/services/replenishment",
    "app/services/demo",
    "app/services/home/figures.py",
    "app/services/db.py",
)
"""Where a float is right: estimates of demand, millimetres on paper, made-up history, shares for a
tile, seconds to wait. A quantity or price that leaves them is an integer or a Decimal again."""
SQL_CALLS = ("execute", "exec_driver_sql", "text", "executemany", "scalar", "scalars")
UNKEPT = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
SUPPRESSION = re.compile(r"#\s*(noqa(?!: [A-Z]+\d+.* - )|type: ignore(?!\[))")
FOREIGN_PATH = re.compile(
    r"(?<![\w.])/(work|root|home/\w+|opt/(wheels|pypi))/"
    r"|https?://(?!www\.w3\.org|www\.apache\.org|\S*example|schemas\.|127\.0\.0\.1|localhost)\S+"
)


def exact_sources() -> list[Source]:
    """Where numbers are stock and money."""
    return [
        s for s in sources("app") if s.name.startswith(EXACT) and not s.name.startswith(ESTIMATES)
    ]


def test_no_float_where_numbers_are_stock_or_money() -> None:
    found = []
    for source in exact_sources():
        for node in source.nodes:
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            cast = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
            divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            if literal or cast or (divided and not _is_decimal_or_path(node)):
                found.append(f"{source.at(node)} {ast.unparse(node)}")
    assert found == []


def _is_decimal_or_path(node: ast.AST) -> bool:
    """Decimals, timedeltas, paths and SQL's sort by packs are named so in the source."""
    words = (
        "_OF_PERCENT",
        "Decimal",
        "price",
        "amount",
        "SCALE",
        "path",
        "folder",
        "resources",
        "timedelta",
        "Item.pack_factor",
    )
    text = ast.unparse(node)
    return any(word in text for word in words) or '"' in text or "'" in text


def test_sql_is_built_from_constants_only() -> None:
    found = []
    for source in sources("app"):
        for call in calls(source, *SQL_CALLS):
            found += [
                f"{source.at(call)} {ast.unparse(argument)[:60]}"
                for argument in call.args[:1]
                if _is_assembled(argument)
            ]
    assert [place for place in found if not place.startswith(CONSTANT_SQL)] == []


CONSTANT_SQL = ("app/services/db.py",)
"""The pragmas of `_set_pragmas`: a constant list, and PRAGMA takes no parameters."""


def _is_assembled(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        sides = (node.left, node.right)
        return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)
    formatted = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format"
    return formatted and not ast.unparse(node).startswith("sql.SQL(")


def test_texts_for_people_take_parameters_by_name() -> None:
    found = []
    for source in sources("app"):
        for call in calls(source, "_", "N_"):
            first = call.args[0] if call.args else None
            looked_up = isinstance(first, ast.Call) and getattr(first.func, "attr", "") == "get"
            if isinstance(first, ast.JoinedStr | ast.BinOp | ast.Call) and not looked_up:
                found.append(f"{source.at(call)} {ast.unparse(call)[:80]}")
    assert found == []


def test_no_shortcut_is_a_bare_letter() -> None:
    found = []
    for source in sources("app"):
        for call in calls(source, "QShortcut", "QKeySequence", "setShortcut"):
            found += [
                source.at(call)
                for argument in call.args
                if isinstance(argument, ast.Constant)
                and re.fullmatch(r"[A-Za-z0-9]", str(argument.value))
            ]
    assert found == []


def test_every_public_name_is_explained() -> None:
    found = []
    for source in sources("app"):
        if not ast.get_docstring(source.tree):
            found.append(f"{source.name}: the module")
        if source.name.startswith(EXACT):
            found += [
                f"{source.at(node)} {node.name}"
                for node in source.tree.body
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{source.name}:{number} {line.strip()}"
        for source in sources("app", "scripts", "benchmarks")
        for number, line in enumerate(source.text.splitlines(), 1)
        if UNKEPT.search(line)
    ]
    assert found == []


def test_every_suppression_gives_its_reason() -> None:
    found = [
        f"{source.name}:{number} {line.strip()}"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if SUPPRESSION.search(line) and "SUPPRESSION" not in line
    ]
    assert found == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = re.compile(r"\b(skip|skipif|xfail|importorskip)\s*\(|mark\.(skip|xfail)")
    found = [
        f"{source.name}:{number}"
        for source in sources("tests")
        for number, line in enumerate(source.text.splitlines(), 1)
        if marks.search(line) and source.path != Path(__file__)
    ]
    assert found == []


def test_no_path_of_a_machine_and_no_address_of_a_registry() -> None:
    suffixes = {".py", ".md", ".sql", ".toml", ".txt", ".in", ".sh", ".spec", ".qss", ".json", ""}
    found = []
    for path in _kept_files():
        if (
            path.suffix not in suffixes
            or path.name.startswith(("LICENSE", "OFL"))
            or path == Path(__file__)
        ):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [
            f"{path.relative_to(ROOT)}: {match.group(0)[:60]}"
            for match in FOREIGN_PATH.finditer(text)
        ]
    assert found == []


def _kept_files() -> list[Path]:
    tops = ("app", "tests", "scripts", "benchmarks", "docs", "resources", "requirements", ".ci")
    single = [path for path in ROOT.iterdir() if path.is_file()]
    deep = [path for top in tops for path in (ROOT / top).rglob("*") if path.is_file()]
    return [path for path in [*single, *deep] if "__pycache__" not in path.parts]


def test_tests_do_not_sleep() -> None:
    allowed = {"tests/pgserver.py"}
    found = [
        source.at(call)
        for source in sources("tests")
        if source.name not in allowed
        for call in calls(source, "sleep", "qWait")
    ]
    assert found == []


def test_every_test_can_fail() -> None:
    """A test function without any assertion proves nothing."""
    helps = {"raises", "fail", "check", "warns", "waitSignal", "waitUntil", "assertNotEmitted"}
    found = []
    for source in sources("tests"):
        for function in functions(source):
            if not function.name.startswith("test_"):
                continue
            asserts = any(isinstance(node, ast.Assert) for node in ast.walk(function))
            called = {
                getattr(node.func, "attr", getattr(node.func, "id", ""))
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
            }
            if not asserts and not called & helps:
                found.append(f"{source.at(function)} {function.name}")
    assert [place for place in found if "never_raises" not in place] == []


def test_no_widget_is_asked_for_its_screen() -> None:
    """PySide hangs the screen under the widget that was asked, and the program died of it."""
    found = [
        f"{source.at(call)} {ast.unparse(call)}"
        for source in sources("app")
        for call in calls(source, "screen")
    ]
    assert found == []


def test_work_that_may_run_twice_has_its_number_before() -> None:
    """Where the line breaks the writer does it again: a number made within would be another."""
    found = []
    for source in sources("app/ui"):
        handed = [call.args[0] for call in calls(source, "write", "_write") if call.args]
        handed += [call.args[1] for call in calls(source, "long") if call.args[1:]]
        names = {part.id for part in handed if isinstance(part, ast.Name)}
        works: list[ast.AST] = [part for part in handed if isinstance(part, ast.Lambda)]
        works += [function for function in functions(source) if function.name in names]
        found += [
            source.at(node)
            for work in works
            for node in ast.walk(work)
            if isinstance(node, ast.Name) and node.id == "new_op"
        ]
    assert found == []


def test_papers_of_two_kinds_never_share_a_series_of_numbers() -> None:
    """Each would have gaps where the other took a number, and a scanned number could mean both."""
    rooms: dict[str, set[str]] = {}
    for source in sources("app"):
        if source.name.startswith("app/services/") and "/demo/" not in source.name:
            for call in calls(source, "document_no"):
                prefix = _text_of(source, call.args[2])
                if prefix:  # else the paper itself says it
                    rooms.setdefault(prefix, set()).add(source.name.rpartition("/")[0])
    assert len(rooms) > 15
    assert {prefix: where for prefix, where in rooms.items() if len(where) > 1} == {}


def _text_of(source: Source, node: ast.expr) -> str:
    """A text that stands in the source, or one that the file gives a name."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    named = re.search(rf'^{getattr(node, "id", "-")}\b.*= "(\w+)"$', source.text, re.MULTILINE)
    return named[1] if named else ""
