"""A program whose calls to the system are looked at one by one (Linux, x86-64), by its kernel.

A filter (seccomp) stops the program, and every process that it starts, before the calls that are
asked about and before no others; this process (their tracer, ptrace) looks at the arguments, lets
the call happen and sees its result before anybody else goes on. So looked-at calls of all its
processes stand in one order, which is the truth. Nothing is compiled and nothing installed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import pwd
import signal
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_CONT, _SYSCALL, _SEIZE, _INFO = 7, 24, 0x4206, 0x420E
_OPTIONS: Final = 1 | 2 | 4 | 8 | 0x80 | 0x100000
"""PTRACE_O_: good system stops, forks of every kind, the filter's stops, kill with the tracer."""
_FILTER_STOP: Final = 7
_CALL_STOP: Final = signal.SIGTRAP | 0x80
_WALL: Final = 0x40000000
_PAGE: Final = 4096
_ARCH: Final = 0xC000003E
_NO_NEW_RIGHTS, _SET_FILTER, _BY_PROGRAM = 38, 22, 2
_TRACE, _ALLOW = 0x7FF00000, 0x7FFF0000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is about to happen.

    Attributes:
        pid: Whose.
        number: Which.
        args: Its six arguments.
    """

    pid: int
    number: int
    args: tuple[int, ...]

    def text(self, which: int) -> str:
        """The path that an argument points to."""
        return os.fsdecode(self.memory(self.args[which], _PAGE).partition(b"\0")[0])

    def memory(self, at: int, size: int) -> bytes:
        """What lies in the process's memory; less where its memory ends before."""
        with Path(f"/proc/{self.pid}/mem").open("rb", buffering=0) as memory:
            found = b""
            while len(found) < size:
                step = min(size - len(found), _PAGE - (at + len(found)) % _PAGE)
                try:
                    part = os.pread(memory.fileno(), step, at + len(found))
                except OSError:
                    part = b""
                if not part:
                    break
                found += part
        return found

    def file(self, which: int) -> str:
        """Where the file behind a number lies; empty for what is none."""
        try:
            found = str(Path(f"/proc/{self.pid}/fd/{self.args[which]}").readlink())
        except OSError:
            return ""
        return found if found.startswith("/") else ""

    def told(self, which: int) -> dict[str, str]:
        """What the kernel tells of an open file: its position and how it was opened."""
        text = Path(f"/proc/{self.pid}/fdinfo/{self.args[which]}").read_text(encoding="ascii")
        return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


After = Callable[[int], None]
Look = Callable[[Call], After | None]
"""Gets a call before it happens; what it returns gets the result, before anybody goes on."""


def trace(
    command: Sequence[str], user: str | None, folder: Path, wanted: Mapping[int, int], look: Look
) -> int:
    """Run the program and look at its calls until it and all it started have ended.

    Args:
        command: The program with its arguments.
        user: Whom it runs as; None for ourselves.
        folder: Where it works.
        wanted: The calls to look at, by number → 0, or the bits of the third argument of which
            one has to be set.
        look: Gets them.

    Returns:
        What the program ended with.
    """
    account = pwd.getpwnam(user) if user else None
    wait, go = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(go)
        os.read(wait, 1)
        try:
            if account is not None:
                os.setgroups([])
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)
            os.chdir(folder)
            _filter(wanted)
            os.execv(command[0], list(command))  # noqa: S606 - it becomes the program
        finally:
            os._exit(127)
    _ptrace(_SEIZE, first, _OPTIONS)
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(one, lambda number, _frame: os.kill(first, number))
    os.write(go, b"!")
    return _follow(first, look)


def _follow(first: int, look: Look) -> int:
    code = 0
    while True:
        try:
            pid, status = os.waitpid(-1, _WALL)
        except ChildProcessError:
            return code
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status) if pid == first else code
            continue
        if status >> 16 == _FILTER_STOP:
            with suppress(ProcessLookupError):  # it may be killed at any moment
                _let_it_happen(pid, look)
            continue
        with suppress(ProcessLookupError):
            _ptrace(_CONT, pid, 0 if status >> 16 else os.WSTOPSIG(status))


def _let_it_happen(pid: int, look: Look) -> None:
    after = look(_call(pid))
    if after is not None:
        _ptrace(_SYSCALL, pid)
        _pid, status = os.waitpid(pid, _WALL)
        if not os.WIFSTOPPED(status):
            return
        if os.WSTOPSIG(status) != _CALL_STOP:
            raise AssertionError(f"a stop that is not the end of the call: {status:#x}")
        after(struct.unpack_from("<q", _info(pid), 24)[0])
    _ptrace(_CONT, pid)


def _call(pid: int) -> Call:
    number, *args = struct.unpack_from("<7Q", _info(pid), 24)
    return Call(pid, number, tuple(args))


def _info(pid: int) -> bytes:
    """``struct ptrace_syscall_info``."""
    found = ctypes.create_string_buffer(88)
    _ptrace(_INFO, pid, ctypes.addressof(found), len(found))
    return found.raw


def _ptrace(request: int, pid: int, data: int = 0, address: int = 0) -> None:
    arguments = (ctypes.c_void_p(address), ctypes.c_void_p(data))
    if _library().ptrace(ctypes.c_long(request), ctypes.c_long(pid), *arguments) < 0:
        code = ctypes.get_errno()
        if code == errno.ESRCH:
            raise ProcessLookupError
        raise OSError(code, os.strerror(code))


@cache
def _library() -> ctypes.CDLL:
    found = ctypes.CDLL(None, use_errno=True)
    found.ptrace.restype = ctypes.c_long
    return found


def _filter(wanted: Mapping[int, int]) -> None:
    """Stop before these calls from now on, also in whatever is started."""
    program = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, _ARCH), (_RETURN, 0, 0, _ALLOW)]
    for number, bits in wanted.items():
        program.append((_LOAD, 0, 0, 0))
        if bits:
            program += [(_EQUAL, 0, 3, number), (_LOAD, 0, 0, 32), (_ANY_BIT, 0, 1, bits)]
        else:
            program.append((_EQUAL, 0, 1, number))
        program.append((_RETURN, 0, 0, _TRACE))
    program.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *one) for one in program))
    where = ctypes.addressof(code)
    head = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(program), where))
    library = _library()
    if library.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0) or library.prctl(
        _SET_FILTER, _BY_PROGRAM, ctypes.c_void_p(ctypes.addressof(head)), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "no filter")
