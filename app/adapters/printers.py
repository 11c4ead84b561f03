"""Getting labels out: to a network label printer, or to a file.

The system's own printers belong to the window, which prints the same page rasters.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _

RAW_PORT: Final = 9100
_MAX_PORT: Final = 65535
_TIMEOUT: Final = 5.0
_GRACE: Final = 0.5
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
    if not host or not port.isdigit() or not 0 < int(port) <= _MAX_PORT:
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


def send(address: PrinterAddress, data: bytes, timeout: float = _TIMEOUT) -> None:
    """Send `data` to the printer and wait until it has taken all of it.

    Raises:
        EnvironmentProblem: The printer cannot be reached or stops taking data.
    """
    send_labels(address, (data,), timeout)


def send_labels(
    address: PrinterAddress, labels: Sequence[bytes], timeout: float = _TIMEOUT
) -> None:
    """Send one label after the other; nothing at all when there are none.

    Raises:
        PartlyTakenProblem: The printer stopped after some labels: how many it has for sure.
        EnvironmentProblem: The printer cannot be reached, or took no label whole.
    """
    handed = [0]
    try:
        if labels:
            _hand_over(address, labels, timeout, handed)
    except EnvironmentProblem as error:
        taken = handed[0] - 1  # the last one handed over may still have been on its way
        if taken < 1:
            raise
        text = _("前 {n} 枚已送到，后面的不一定。", n=taken) + error.text
        raise PartlyTakenProblem(error.code, text, taken) from error


def _hand_over(
    address: PrinterAddress, labels: Sequence[bytes], timeout: float, handed: list[int]
) -> None:
    try:
        with socket.create_connection((address.host, address.port), timeout) as line:
            # A short queue on this side: what was handed over is with the printer.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _QUEUE)
            for label in labels:
                line.sendall(label)
                handed[0] += 1
            line.shutdown(socket.SHUT_WR)
            _wait_for_close(line)
    except TimeoutError as error:
        raise EnvironmentProblem(
            "printer.silent",
            _(
                "打印机 {printer} 没有应答。请看是否开机、缺纸或暂停，再打印一次。",
                printer=address,
            ),
        ) from error
    except OSError as error:
        raise EnvironmentProblem(
            "printer.unreachable",
            _(
                "连不上打印机 {printer}。请检查电源、网线和地址，再打印一次。（{why}）",
                printer=address,
                why=error.strerror or error,
            ),
        ) from error


def _wait_for_close(line: socket.socket) -> None:
    """Give the printer a moment to close; many keep the line open, which is no fault."""
    line.settimeout(_GRACE)
    with contextlib.suppress(OSError):
        while line.recv(1024):
            pass
