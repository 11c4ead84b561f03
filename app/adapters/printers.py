"""Getting labels out: to a network label printer, or to a file.

The system's own printers belong to the window, which prints the same page rasters.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import N_, _, sentences

RAW_PORT: Final = 9100
_MAX_PORT: Final = 65535
_TIMEOUT: Final = 5.0
"""Seconds to answer a call."""
_PATIENCE: Final = 20.0
"""Seconds without taking a byte: a slow one takes the next only when much of its store is free."""
_SLICE: Final = 0.5
"""How long one wait lasts: as often a person's wish to stop is heard."""
_STATUS: Final = b"~HS\r\n"
"""Host status, asked behind the last label; a printer without it says nothing."""
_FLAGS: Final = (
    (0, 1, N_("缺纸，装好纸会接着打出来")),
    (1, 2, N_("打印头没合上，合上会接着打出来")),
    (1, 3, N_("碳带用完了，换好会接着打出来")),
    (0, 2, N_("暂停着，按打印机上的继续键")),
)
"""Line and field of its answer, and what a 1 there means (ZPL II Programming Guide, ~HS)."""
_QUEUE: Final = 4_096
"""Bytes that wait on this side; a label has several times as many."""


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """A label printer on the network that takes ZPL on a raw port."""

    host: str
    port: int = RAW_PORT

    @override
    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_address(text: str) -> PrinterAddress:
    """An address from ``host`` or ``host:port``."""
    host, colon, port = text.strip().rpartition(":")
    if not colon:
        host, port = port, str(RAW_PORT)
    if not host or not port.isdecimal() or not 0 < int(port) <= _MAX_PORT:
        raise DomainError(
            "printer.address",
            _("打印机地址 {text} 不完整。请写成 192.168.1.50 或 192.168.1.50:9100。", text=text),
        )
    return PrinterAddress(host, int(port))


class PartlyTakenProblem(EnvironmentProblem):
    """The printer stopped in the middle of a job.

    Attributes:
        taken: Labels that it had taken whole; the next one may be on paper or not.
    """

    def __init__(self, code: str, text: str, taken: int = 0) -> None:
        super().__init__(code, text)
        self.taken = taken

    @override
    def __reduce__(self) -> tuple[Callable[[], Exception], tuple[()]]:
        """Goes from a process to another whole."""
        return partial(type(self), self.code, self.text, self.taken), ()


def send_labels(
    address: PrinterAddress,
    labels: Sequence[bytes],
    patience: float = _PATIENCE,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Send one label after the other; nothing at all when there are none.

    Args:
        address: The printer.
        labels: One job each.
        patience: Seconds without taking a single byte after which it counts as stopped.
        progress: Told often how many of how many were handed over; may raise to stop.

    Returns:
        What the printer says is the matter with it, empty when nothing or when it is mute.

    Raises:
        PartlyTakenProblem: The printer stopped after some labels: how many it has for sure.
        EnvironmentProblem: The printer cannot be reached, or took no label whole.
    """
    if not labels:
        return ""
    done = 0

    def tell(more: int = 0) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, len(labels))

    try:
        return _hand_over(address, labels, patience, tell)
    except EnvironmentProblem as error:
        taken = done - 1  # the last one handed over may still have been on its way
        if taken < 1:
            raise
        text = sentences(_("前 {n} 枚已送到，后面的不一定。", n=taken), error.text)
        raise PartlyTakenProblem(error.code, text, taken) from error


def _hand_over(
    address: PrinterAddress, labels: Sequence[bytes], patience: float, tell: Callable[..., None]
) -> str:
    try:
        with socket.create_connection((address.host, address.port), _TIMEOUT) as line:
            # A short queue on this side: what was handed over is with the printer.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _QUEUE)
            line.settimeout(min(_SLICE, patience))
            for label in labels:
                _send(line, label, patience, tell)
                tell(1)
            _send(line, _STATUS, patience, tell)
            line.shutdown(socket.SHUT_WR)
            return _matter(_answer(line))
    except TimeoutError as error:
        raise EnvironmentProblem(
            "printer.silent",
            _(
                "打印机 {printer} 没有应答。请看是否开机、缺纸或暂停，好了再打。",
                printer=address,
            ),
        ) from error
    except (OSError, UnicodeError) as error:  # a host name that no name can be is the latter
        raise EnvironmentProblem(
            "printer.unreachable",
            _(
                "连不上打印机 {printer}。请检查电源、网线和地址，好了再打。（{why}）",
                printer=address,
                why=getattr(error, "strerror", None) or error,
            ),
        ) from error


def _send(line: socket.socket, data: bytes, patience: float, tell: Callable[[], None]) -> None:
    """Send all of `data`; a slow printer has time as long as it takes something."""
    rest, until = memoryview(data), time.monotonic() + patience
    while rest:
        tell()
        try:
            rest = rest[line.send(rest) :]
            until = time.monotonic() + patience
        except TimeoutError:
            if time.monotonic() >= until:
                raise


def _answer(line: socket.socket) -> str:
    """What the printer says until it closes; many keep the line open, which is no fault."""
    heard = bytearray()
    try:
        while piece := line.recv(1024):
            heard += piece
    except OSError:
        pass  # nothing more to hear
    return heard.decode("ascii", "replace")


def _matter(answer: str) -> str:
    """The first thing that the status says is wrong; empty where nothing is."""
    lines = [part.partition("\x03")[0].split(",") for part in answer.split("\x02")[1:]]
    for row, place, words in _FLAGS:
        if row < len(lines) and place < len(lines[row]) and lines[row][place] == "1":
            return _(words)
    return ""
