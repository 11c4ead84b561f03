"""Papers, files and the network printer."""

from __future__ import annotations

import json
import socket
import struct
import threading
from pathlib import Path

import pytest

from app import paths
from app.adapters import label_papers, printers
from app.adapters.printers import PartlyTakenProblem, PrinterAddress
from app.domain.errors import DomainError, EnvironmentProblem


def test_every_paper_loads_and_its_cells_lie_on_the_page() -> None:
    for key in label_papers.TITLES:
        paper = label_papers.paper(key)
        assert paper.key == key
        last = paper.cell(paper.cells - 1)
        assert last.right <= paper.page_width
        assert last.bottom <= paper.page_height


def test_an_unknown_paper_names_those_that_exist() -> None:
    with pytest.raises(DomainError, match="60x40、50x30、100x70、a4-24"):
        label_papers.paper("60×40")


def test_a_template_with_a_gap_or_too_small_text_is_refused(tmp_path: Path) -> None:
    source = paths.resources() / "labels" / "60x40.json"
    raw = json.loads(source.read_text(encoding="utf-8"))
    raw["label"]["digits_size"] = 1.9
    small = tmp_path / "small.json"
    small.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(DomainError, match=r"小于 2\.2 mm"):
        label_papers.read_paper(small, "小")
    del raw["label"]["matrix"]
    small.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(DomainError, match="matrix"):
        label_papers.read_paper(small, "缺")


@pytest.fixture
def listener() -> socket.socket:
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)
    return server


def test_zpl_arrives_at_the_printer_byte_for_byte(listener: socket.socket) -> None:
    got = bytearray()

    def take() -> None:
        line, _peer = listener.accept()
        with line:
            while chunk := line.recv(4096):
                got.extend(chunk)

    taker = threading.Thread(target=take)
    taker.start()
    data = b"^XA^XZ" * 50_000
    with listener:
        address = PrinterAddress("127.0.0.1", listener.getsockname()[1])
        assert printers.send_labels(address, [data]) == ""
        taker.join(5)
    assert bytes(got) == data + b"~HS\r\n"  # the question behind the labels prints nothing


class Drop:
    """A line that takes a byte every three seconds."""

    def __init__(self, clock: list[float]) -> None:
        self.clock, self.taken = clock, 0

    def send(self, data: bytes) -> int:
        self.clock[0] += 3
        self.taken += 1
        return min(1, len(data))


def test_a_slow_printer_is_not_called_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("app.adapters.printers.time.monotonic", lambda: clock[0])
    line, told = Drop(clock), list[int]()
    printers._send(line, b"0" * 90, 5.0, lambda: told.append(line.taken))  # type: ignore[arg-type]
    assert (line.taken, told) == (90, list(range(90)))


def test_a_printer_that_answers_says_what_it_lacks(listener: socket.socket) -> None:
    def take() -> None:
        line, _peer = listener.accept()
        with line:
            while b"~HS" not in line.recv(4096):
                pass
            line.sendall(b"\x02030,1,0,0\x03\r\n\x02000,0,0\x03\r\n\x021234,0\x03\r\n")

    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    address = PrinterAddress("127.0.0.1", listener.getsockname()[1])
    taker, told = threading.Thread(target=take), list[tuple[int, int]]()
    taker.start()
    with listener:
        labels = [b"^XA" + b"0" * 100_000 + b"^XZ"] * 2
        matter = printers.send_labels(
            address, labels, 0.4, lambda done, total: told.append((done, total))
        )
        taker.join(5)
    assert matter.startswith("缺纸")
    assert {(0, 2), (1, 2), (2, 2)} <= set(told)


@pytest.mark.parametrize("host", ["a..b", "打" * 80])
def test_a_name_that_no_host_can_have_is_said_to_be_unreachable(host: str) -> None:
    with pytest.raises(EnvironmentProblem, match="连不上打印机"):
        printers.send_labels(PrinterAddress(host), [b"^XA^XZ"])


def test_a_printer_that_is_off_is_said_to_be_unreachable(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(EnvironmentProblem, match=r"连不上打印机 127\.0\.0\.1"):
        printers.send_labels(PrinterAddress("127.0.0.1", port), [b"^XA^XZ"])


def test_a_printer_that_stops_taking_data_is_said_to_be_silent(listener: socket.socket) -> None:
    address = PrinterAddress("127.0.0.1", listener.getsockname()[1])
    with listener, pytest.raises(EnvironmentProblem, match="没有应答"):
        printers.send_labels(address, [b"0" * 30_000_000], patience=0.3)


def test_a_printer_that_stops_in_the_middle_says_what_it_has(listener: socket.socket) -> None:
    label, read = b"^XA" + b"0" * 200_000 + b"^XZ", bytearray()

    def take() -> None:
        line, _peer = listener.accept()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        while len(read) < 4 * len(label):
            read.extend(line.recv(4096))
        line.close()  # with a reset: what was not read is lost

    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    address = PrinterAddress("127.0.0.1", listener.getsockname()[1])
    taker = threading.Thread(target=take)
    taker.start()
    with listener, pytest.raises(PartlyTakenProblem, match="枚已送到，后面的不一定") as told:
        printers.send_labels(address, [label] * 12)
    taker.join(5)
    assert told.value.taken in {3, 4}
    assert printers.send_labels(address, ()) == ""  # all came out: nobody is asked


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.50", PrinterAddress("192.168.1.50", 9100)),
        (" zebra.local:6101 ", PrinterAddress("zebra.local", 6101)),
    ],
)
def test_addresses_are_read(text: str, address: PrinterAddress) -> None:
    assert printers.parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", ":9100", "host:", "host:0", "host:99999", "host:abc", "host:²"]
)
def test_half_an_address_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match="请写成"):
        printers.parse_address(text)
