"""The command line's own promises: help, exit codes, errors as text or JSON."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__, cli
from app.domain.errors import EnvironmentProblem
from app.services.db import Database, sqlite_engine
from tests.cli.runner import bare, run
from tests.factories import Site


def test_help_names_every_command() -> None:
    ran = bare("--help")

    assert ran.code == 0
    for name in cli.REGISTRY:
        assert f"  {name} " in ran.out


def test_every_command_has_help_of_its_own() -> None:
    for name, entry in cli.REGISTRY.items():
        ran = bare(name, "--help")
        assert ran.code == 0, name
        assert "用法：yilian" in ran.out
        assert entry.help in ran.out.replace("\n  ", ""), "the list says what the command says"


def test_the_list_of_commands_loads_none_of_them() -> None:
    code = "import sys; from app import cli; cli.build(); print('sqlalchemy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stok",), "没有命令 stok。是不是 stock？"),
        (("stock", "lst"), "没有命令 lst。是不是 list？"),
        (("stock", "list", "--viw", "x"), "没有选项 --viw。是不是 --view？"),
        (("stock", "list", "--json"), "选项 --json 要写在命令前面"),
        (("stock", "list", "--org"), "选项 --org 后面还没写值。"),
        (("stock", "list", "--limit", "many"), "--limit 要填整数。"),
        (("item", "show"), "还没写 code，这一项必填。"),
        (("item", "show", "a", "b"), "多写了 b。"),
        (("item", "add", "--class", "x"), "--class 只能填 drug、consumable、reagent、tcm。"),
        (("--lang", "fr", "doctor"), "--lang 只能填 zh_CN、en。"),
        (("--db", "x.db"), "还没写要做什么。"),
    ],
)
def test_a_command_that_is_not_understood_says_why_and_how(
    words: tuple[str, ...], said: str
) -> None:
    ran = bare(*words)
    assert ran.code == 2
    assert said in ran.err
    told = words[-1] not in {"--json", "--org"}  # JSON; an option without its value
    assert ("用法：yilian" in ran.err, "看说明：yilian" in ran.err) == (told, told)


def test_help_and_usage_errors_are_english_on_request() -> None:
    page, slip = bare("--lang", "en", "stock", "list", "--help").out, bare("--lang", "en", "stok")
    assert "Usage: yilian stock list [options]" in page
    assert "选项" not in page
    assert slip.err.startswith("There is no command stok. Did you mean stock?")


def test_a_usage_error_is_json_on_request() -> None:
    assert bare("--json", "stok").error()["code"] == "cli.usage"


def test_version() -> None:
    assert bare("--version").out == f"yilian {__version__}\n"


def test_unknown_command_is_a_usage_error() -> None:
    assert bare("fly").code == 2


def test_without_a_database_it_says_what_to_do() -> None:
    ran = bare("doctor")

    assert ran.code == 1
    assert "yilian init" in ran.err


def test_errors_are_json_on_request() -> None:
    ran = bare("--json", "doctor")

    assert ran.error()["code"] == "cli.no_database"


def test_a_missing_file_is_the_environments_problem() -> None:
    assert bare("--db", "nowhere.db", "--as", "x", "reconcile").code == 3


@pytest.mark.parametrize("kind", ["mysql", "postgresql+psycopg", "sqlite"])
def test_an_address_of_another_kind_is_refused_without_telling_it(kind: str) -> None:
    ran = bare("--db", f"{kind}://u:canary@h/x", "--as", "x", "reconcile")
    assert ran.code == 3
    assert "postgresql://" in ran.err
    assert "canary" not in ran.out + ran.err


def test_a_bug_leaves_a_trace_in_the_log(
    monkeypatch: pytest.MonkeyPatch, no_error_log: list[str], sqlite_site: Site
) -> None:
    def broken(_db: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("app.services.platform.proofs.reconcile", broken)
    ran = run(sqlite_site, "east_store", "reconcile")

    assert ran.code == 70
    assert "yilian.log" in ran.err
    assert no_error_log.pop().startswith("app.cli: unexpected error")


def test_an_unknown_language_is_a_usage_error() -> None:
    assert bare("--lang", "fr", "account", "duties").code == 2


def test_a_name_with_any_sign_is_the_name_of_the_file(tmp_path: Path) -> None:
    secret = {"YILIAN_NEW_PASSWORD": "four-quiet-words"}
    more = "" if os.name == "nt" else '"?mode=ro&x=y'  # Windows allows no such names
    folder = tmp_path / f"药库 '一' #3 %41{more}"
    file = folder / f"a{more}.db"
    made = bare("--db", str(file), "init", "--organisation", "示例医院", env=secret)
    assert made.code == 0
    assert bare("--db", str(file), "reconcile").code == 0
    assert [one.name for one in tmp_path.glob("药库*")] == [folder.name]
    assert all(one.name.startswith(file.name) for one in folder.iterdir())


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    secret = {"YILIAN_NEW_PASSWORD": "four-quiet-words"}
    at = ("--db", str(tmp_path / "file" / "a" / "x.db"))
    made = bare(*at, "init", "--organisation", "示例医院", env=secret)
    assert (made.code, "能写的文件夹" in made.err) == (3, True), made.err


def test_a_data_file_that_may_not_be_opened_is_told_in_words(tmp_path: Path) -> None:
    db = Database(sqlite_engine(str(tmp_path / "gone" / "x.db")))
    with pytest.raises(EnvironmentProblem, match="能写的文件夹") as refused, db.read() as session:
        session.connection()
    assert refused.value.code == "db.closed"


def test_init_makes_a_file_that_works(tmp_path: object) -> None:
    file = f"{tmp_path}/group.db"
    secret = {"YILIAN_NEW_PASSWORD": "four-quiet-words", "YILIAN_PASSWORD": "four-quiet-words"}

    made = bare("--db", file, "--json", "init", "--organisation", "示例医院", env=secret)
    again = bare("--db", file, "init", "--organisation", "示例医院", env=secret)
    healthy = bare("--json", "doctor", env=secret)

    assert made.code == 0, made.err
    assert made.json()["file"] == file
    assert again.code == 1
    assert all(check["ok"] for check in healthy.json()), healthy.out


def test_a_person_answers_in_json_on_both_databases(site: Site) -> None:
    ran = run(site, "east_store", "--json", "reconcile")

    assert ran.code == 0, ran.err
    assert ran.json() == []


_GUI = """
import sys
from pathlib import Path
from app import __main__ as start
from app.domain.errors import EnvironmentProblem

def window(**asked):
    print(sorted(asked.items()), "typer" in sys.modules)
    if False:  # broken
        raise EnvironmentProblem("trial", "no disk")
    return 5

start.open_window = window
start.main()
"""


def _gui(*words: str, code: str = _GUI) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-c", code, *words]
    return subprocess.run(asked, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("words", "demo"), [(("gui",), False), (("gui", "--demo"), True)])
def test_the_window_starts_without_the_command_line(words: tuple[str, ...], demo: bool) -> None:
    ran = _gui(*words)

    asked = [("address", ""), ("demo", demo), ("login", ""), ("seconds", 0)]
    assert (ran.stdout, ran.stderr, ran.returncode) == (f"{asked} False\n", "", 5)


def test_what_keeps_the_window_from_opening_is_told_as_by_every_command() -> None:
    ran = _gui("gui", code=_GUI.replace("if False", "if True"))

    assert (ran.stderr, ran.returncode) == ("no disk\n", 3)


def test_other_words_beside_the_window_are_read_by_the_command_line() -> None:
    words = ["--db", "x.db", "--as", "east", "gui"]
    ran = _gui(*words)

    asked = [("address", "x.db"), ("demo", False), ("login", "east"), ("seconds", 0)]
    assert (ran.stdout, ran.returncode) == (f"{asked} True\n", 5), ran.stderr
