"""`yilian labels`, as a person types it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.adapters import printers
from app.adapters.printers import PartlyTakenProblem, PrinterAddress
from app.adapters.zpl import pictures
from app.cli import main
from app.models.pack import Pack
from app.services.labels.make import COUNTER
from tests.factories import EAST, Site
from tests.services.test_labels import receive


@pytest.fixture
def typed(sqlite_site: Site, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run one command line as East's store person; (exit code, parsed answer or error text)."""
    file = str(sqlite_site.owner.engine.url.database)

    def run(*words: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as ended:
            main(["--db", file, "--as", "east_store", "--json", "labels", *words])
        told = capsys.readouterr()
        code = int(ended.value.code or 0)
        return code, json.loads(told.out) if code == 0 else told.err

    return run


def test_an_acceptance_is_printed_on_a_sheet_and_again_on_a_roll(
    sqlite_site: Site, typed: Any, tmp_path: Path
) -> None:
    receive(sqlite_site)
    code, goods = typed("list", "YS20261014-001")
    assert (code, goods[0]["name"], goods[0]["labelled"]) == (0, "阿莫西林胶囊", 0)
    pdf = tmp_path / "labels.pdf"
    code, done = typed(
        "print", "YS20261014-001", "--sheet", "--start-cell", "3", "--nudge", "0,0.5",
        "--pdf", str(pdf),
    )  # fmt: skip
    assert (code, done["labels"], done["codes"], done["pages"]) == (0, 5, 10, 1)
    with pypdfium2.PdfDocument(pdf.read_bytes()) as document:
        assert len(document) == 1
    code, rows = typed("history")
    assert (rows[0]["template"], rows[0]["count"]) == ("a4-24", 5)
    zpl = tmp_path / "labels.zpl"
    code, again = typed("reprint", str(rows[0]["id"]), "--paper", "60x40", "--zpl", str(zpl))
    assert (code, again["units"]) == (0, done["units"])
    assert len(pictures(zpl.read_text(encoding="ascii"))) == 5
    code, told = typed("print", "YS20261014-001")
    assert code == 1
    assert "还没选要打印的标签" in told


def test_labels_go_to_a_network_printer(sqlite_site: Site, typed: Any) -> None:
    receive(sqlite_site)
    got = bytearray()
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        line, _peer = server.accept()
        with line:
            while chunk := line.recv(65536):
                got.extend(chunk)

    taker = threading.Thread(target=take)
    taker.start()
    with server:
        printer = f"127.0.0.1:{server.getsockname()[1]}"
        code, done = typed("print", "--search", "阿莫西林", "--count", "2", "--printer", printer)
        taker.join(5)
    assert (code, done["files"]) == (0, [printer])
    assert len(pictures(got.decode())) == 2
    assert COUNTER == "LABEL"


def test_a_printer_that_stopped_says_how_to_go_on(
    sqlite_site: Site, typed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(sqlite_site)
    sent: list[int] = []

    def stop_once(_address: PrinterAddress, labels: Sequence[bytes], **_more: object) -> str:
        sent.append(len(labels))
        if len(sent) == 1:
            raise PartlyTakenProblem("printer.silent", "前 2 枚已送到，后面的不一定。", 2)
        return "缺纸"

    monkeypatch.setattr(printers, "send_labels", stop_once)
    code, told = typed("print", "YS20261014-001", "--printer", "127.0.0.1:9100")
    words = told.partition("yilian labels ")[2].partition('"')[0].split()
    assert (code, words[-2:]) == (3, ["--skip", "2"])
    code, done = typed(*words)
    assert (code, sent, done["files"]) == (0, [5, 3], ["127.0.0.1:9100 · 缺纸"])


def test_a_wrong_option_is_told_before_anything_is_made(sqlite_site: Site, typed: Any) -> None:
    receive(sqlite_site)
    for words, text in (
        (("--nudge", "left"), "0.0,0.5"),
        (("--printer", "host:"), "请写成"),
        (("--paper", "60×40"), "可用：60x40"),
        (("--sheet", "--start-cell", "25"), "只有 24 格"),
        (("--sheet", "--zpl", "x.zpl"), "标签卷"),
        (("--dpi", "150"), "203、300 或 600"),
    ):
        code, told = typed("print", "YS20261014-001", *words)
        assert code == 1
        assert text in told
    code, goods = typed("list", "YS20261014-001")
    assert goods[0]["labelled"] == 0


def test_bins_and_calibration(sqlite_site: Site, typed: Any, tmp_path: Path) -> None:
    code, done = typed("bins", "--pdf", str(tmp_path / "bins.pdf"))
    assert (code, done["labels"], done["codes"]) == (0, 2, 4)
    code, file = typed("calibrate", "--paper", "60x40", "--pdf", str(tmp_path / "c.pdf"))
    assert code == 0
    assert Path(file).read_bytes().startswith(b"%PDF")


def test_a_label_is_voided_with_a_reason_and_says_so(
    sqlite_site: Site, typed: Any, tmp_path: Path
) -> None:
    receive(sqlite_site)
    sheet = ("--pdf", str(tmp_path / "a.pdf"), "--org", "0002")
    _code, made = typed("print", "YS20261014-001", "--count", "1", *sheet)
    with sqlite_site.owner.read() as session:
        label = session.get_one(Pack, (EAST, made["units"][0])).code

    code, done = typed("void", label, "--reason", "标签撕坏了", "--org", "0002")
    assert (code, done["codes"]) == (0, [label])

    code, refused = typed("void", label, "--reason", "标签撕坏了")
    assert (code, "作废：标签撕坏了" in refused) == (1, True)
    code, refused = typed("list", "--org", "0009")
    assert (code, "没有机构 0009" in refused) == (1, True)


def test_labels_of_any_paper_are_made_and_printed_again(
    sqlite_site: Site, typed: Any, tmp_path: Path
) -> None:
    receive(sqlite_site)
    code, made = typed("print", "YS20261014-001", "--count", "2")
    assert (code, made["labels"]) == (0, 2)
    with sqlite_site.owner.read() as session:
        label = session.get_one(Pack, (EAST, made["units"][1])).code
    for number, labels in (("YS20261014-001", 2), ("K260318", 2), (label, 1)):
        code, again = typed("reprint", number, "--pdf", str(tmp_path / "again.pdf"))
        assert (code, again["labels"]) == (0, labels)
        assert set(again["units"]) <= set(made["units"])
    code, goods = typed("list", "K260318")
    assert (code, goods[0]["lot_no"], goods[0]["labelled"] > 0) == (0, "K260318", True)
    code, told = typed("reprint", "DD20269999-001")
    assert (code, "没有单号或批号" in told) == (1, True)
