"""What a process writes to its disk, in order: every write, cut and sync, as the system gets it.

SQLite's calls are taken where SQLite hands them to the system (its VFS): the library's own table of
functions is asked for by name, and writing, cutting off, syncing and removing go through here first
and then on their way. So the engine, the pragmas and the checkpoints are the product's own; nothing
is compiled and nothing installed. Python's writes (the outbox, a backup's new name) are taken at
`io.open`, `os.fsync`, `os.replace` and `os.unlink`. All of it is switched on in a process of its
own that does nothing else.
"""

from __future__ import annotations

import ctypes
import io
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, Final, Literal

from typing_extensions import Buffer, override

Kind = Literal["create", "write", "truncate", "sync", "folder", "rename", "remove", "word"]
_JOURNALS: Final = 0x4000 | 0x800 | 0x80000
"""SQLITE_OPEN_ of super-journal, main journal and WAL: with the first sync by one who may make
such a file SQLite syncs the folder, too."""
_CREATE: Final = 0x4


@dataclass(frozen=True, slots=True)
class Event:
    """One call that came back.

    Attributes:
        kind: What it was; ``folder`` is the sync of the folder's own entries, ``word`` something
            that a person was told, or the program noted.
        name: The file, relative to the folder that is watched; the text of a word.
        at: Where a write begins, or the length after a cut, in bytes.
        data: What is written; the new name of a renamed file.
    """

    kind: Kind
    name: str
    at: int = 0
    data: bytes = b""


@dataclass(slots=True)
class Tape:
    """The events of one process.

    Attributes:
        root: The folder that is watched.
        start: What lay in it before the first event.
        events: In their order.
        known: Files whose writes are seen.
        watches: What the system's functions were replaced with; has to live as long as they.
    """

    root: Path
    start: dict[str, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    watches: tuple[object, ...] = ()
    known: set[str] = field(default_factory=set)
    _turn: Any = field(default_factory=threading.RLock, repr=False)

    def say(self, words: str) -> None:
        """Something that was told, at its place among the writes."""
        with self._turn:
            self.events.append(Event("word", words))

    def name(self, path: object) -> str:
        """The path within the folder, empty for any other."""
        try:
            name = Path(os.fsdecode(path)).relative_to(self.root)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return ""
        return name.as_posix() if name.parts else ""

    def put(self, event: Event, call: Callable[[], Any]) -> Any:
        """Carry the call out and keep it; one after the other, so that the order is the truth."""
        with self._turn:
            result = call()
            self.events.append(event)
            if event.kind == "create":
                self.known.add(event.name)
            if event.kind == "rename":
                self.known.add(event.data.decode())
        return result

    def learn(self, name: str) -> None:
        """A file that was written past us: all of it is taken as written now."""
        with self._turn:
            if name not in self.known:
                self.put(Event("create", name), lambda: None)
                content = (self.root / name).read_bytes()
                self.put(Event("write", name, 0, content), lambda: None)


def folder_of(name: str) -> str:
    """The folder that holds the file; empty for the one that is watched."""
    return name.rpartition("/")[0]


class _Vfs(ctypes.Structure):
    """The head of ``sqlite3_vfs``, as far as it is needed."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_name", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
    )


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``."""

    _fields_ = (
        ("version", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in ("close", "read", "write", "truncate", "sync")),
        ("others", ctypes.c_void_p * 13),
    )


_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 3, ctypes.c_int, ctypes.c_void_p)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_CLOSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_WRITE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class SqliteWatch:
    """Puts the tape between SQLite and the system, for every file that is opened from now on."""

    def __init__(self, tape: Tape) -> None:
        import pysqlite3._sqlite3 as library

        self._tape = tape
        self._names: dict[int, str] = {}
        self._new: set[int] = set()
        self._kept: list[Any] = []
        self._tables: dict[int, int] = {}
        find = ctypes.CDLL(library.__file__).sqlite3_vfs_find
        find.restype, find.argtypes = ctypes.POINTER(_Vfs), (ctypes.c_char_p,)
        self._vfs = find(None).contents
        self._base_open, self._base_delete = _OPEN(self._vfs.open), _DELETE(self._vfs.delete)
        self._vfs.open = self._keep(_OPEN(self._open))
        self._vfs.delete = self._keep(_DELETE(self._delete))

    def _keep(self, function: Any) -> Any:
        self._kept.append(function)
        return ctypes.cast(function, ctypes.c_void_p).value

    def _open(self, vfs: int, path: int | None, file: int, flags: int, out: int | None) -> int:
        name = self._tape.name(ctypes.string_at(path)) if path else ""
        fresh = bool(name) and not (self._tape.root / name).exists()
        code = int(self._base_open(vfs, path, file, flags, out))
        methods = ctypes.c_void_p.from_address(file)
        if code == 0 and name and methods.value:
            methods.value = self._table(methods.value)
            self._names[file] = name
            if fresh:
                self._tape.put(Event("create", name), lambda: None)
            if flags & _CREATE and flags & _JOURNALS:
                self._new.add(file)
        return code

    def _table(self, base: int) -> int:
        """The functions of such files, with ours in the place of four of them."""
        if base in self._tables:
            return self._tables[base]
        was = _Methods.from_address(base)
        table = _Methods()
        ctypes.memmove(ctypes.byref(table), base, ctypes.sizeof(_Methods))
        write, truncate = _WRITE(was.write), _TRUNCATE(was.truncate)
        sync, close = _SYNC(was.sync), _CLOSE(was.close)
        table.write = self._keep(_WRITE(lambda *at: self._write(write, *at)))
        table.truncate = self._keep(_TRUNCATE(lambda *at: self._truncate(truncate, *at)))
        table.sync = self._keep(_SYNC(lambda *at: self._sync(sync, *at)))
        table.close = self._keep(_CLOSE(lambda file: self._close(close, file)))
        self._kept.append(table)
        self._tables[base] = ctypes.addressof(table)
        return self._tables[base]

    def _write(self, base: Any, file: int, data: int, size: int, at: int) -> int:
        event = Event("write", self._names[file], at, ctypes.string_at(data, size))
        return int(self._tape.put(event, lambda: base(file, data, size, at)))

    def _truncate(self, base: Any, file: int, size: int) -> int:
        event = Event("truncate", self._names[file], size)
        return int(self._tape.put(event, lambda: base(file, size)))

    def _sync(self, base: Any, file: int, flags: int) -> int:
        code = int(self._tape.put(Event("sync", self._names[file]), lambda: base(file, flags)))
        if file in self._new:  # see _JOURNALS
            self._new.discard(file)
            self._tape.put(Event("folder", folder_of(self._names[file])), lambda: None)
        return code

    def _close(self, base: Any, file: int) -> int:
        self._names.pop(file, None)
        self._new.discard(file)
        return int(base(file))

    def _delete(self, vfs: int, path: int, sync: int) -> int:
        name = self._tape.name(ctypes.string_at(path))
        if not name:
            return int(self._base_delete(vfs, path, sync))
        code = int(
            self._tape.put(Event("remove", name), lambda: self._base_delete(vfs, path, sync))
        )
        if sync:
            self._tape.put(Event("folder", folder_of(name)), lambda: None)
        return code


class _Watched(FileIO):
    """A file that Python writes without a buffer."""

    tape: Tape

    @override
    def write(self, data: Buffer, /) -> int:
        """As on the base class, and kept."""
        content = bytes(data)
        at = os.fstat(self.fileno()).st_size  # such files are only ever added to
        event = Event("write", self.tape.name(self.name), at, content)
        return int(self.tape.put(event, lambda: FileIO.write(self, content)))

    @override
    def truncate(self, size: int | None = None, /) -> int:
        """As on the base class, and kept."""
        event = Event("truncate", self.tape.name(self.name), size or 0)
        return int(self.tape.put(event, lambda: FileIO.truncate(self, size)))


class PythonWatch:
    """The same for the files that Python itself writes."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._fsync, self._open = os.fsync, io.open
        self._replace, self._unlink = os.replace, os.unlink
        places = ((os, "fsync", self._synced), (io, "open", self._opened),
                  (os, "replace", self._renamed), (os, "unlink", self._removed))  # fmt: skip
        for where, name, mine in places:
            setattr(where, name, mine)

    def _opened(self, file: Any, mode: str = "r", buffering: int = -1, *rest: Any) -> Any:
        name = self._tape.name(file)
        if not name or buffering != 0 or mode != "ab":
            return self._open(file, mode, buffering, *rest)
        fresh = not Path(file).exists()
        stream = _Watched(file, "a")
        stream.tape = self._tape
        if fresh:
            self._tape.put(Event("create", name), lambda: None)
        return stream

    def _synced(self, handle: int) -> None:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            folders = [one for one in self._tape.root.rglob("*") if one.is_dir()]
            for one in (self._tape.root, *folders):
                if os.path.samestat(found, one.stat()):
                    name = self._tape.name(one)
                    self._tape.put(Event("folder", name), lambda: self._fsync(handle))
                    return
        files = [one for one in self._tape.root.rglob("*") if one.is_file()]
        for one in files:
            if os.path.samestat(found, one.stat()):
                self._tape.learn(self._tape.name(one))
                self._tape.put(Event("sync", self._tape.name(one)), lambda: self._fsync(handle))
                return
        self._fsync(handle)

    def _renamed(self, old: Any, new: Any, **rest: Any) -> None:
        if not self._tape.name(old):
            self._replace(old, new, **rest)
            return
        self._tape.learn(self._tape.name(old))
        event = Event("rename", self._tape.name(old), 0, self._tape.name(new).encode())
        self._tape.put(event, lambda: self._replace(old, new, **rest))

    def _removed(self, path: Any, **rest: Any) -> None:
        name = self._tape.name(path)
        if name:
            self._tape.put(Event("remove", name), lambda: self._unlink(path, **rest))
        else:
            self._unlink(path, **rest)


def watch(root: Path) -> Tape:
    """Keep from now on what this process writes below `root`."""
    start = {
        str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()
    }
    tape = Tape(root, start, known=set(start))
    tape.watches = (SqliteWatch(tape), PythonWatch(tape))
    return tape
