"""Files of this computer, read and written whole: what is wrong with one is said in words."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.adapters import durable
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _

MOST: Final = 100 * 2**20
"""Bytes that are read of a file unless somebody asks for fewer; a device has no end."""
_MEGABYTE: Final = 2**20
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HANDED_OVER: Final = ("/dev/fd", "/dev/stdin", "/proc/self/fd")
"""Where a shell's own pipes are found."""


def read(path: Path, most: int = MOST) -> bytes:
    """The content of a file.

    Raises:
        DomainError: There is none, it is a pipe, or it holds more than `most` bytes.
        EnvironmentProblem: It cannot be read.
    """
    try:
        _refuse_pipe(path)
        size = path.stat().st_size
        with path.open("rb") as file:
            # Room is made for what is asked for, so a file is asked for its size and a sign more.
            room = size if path.is_file() else most
            content = b"" if size > most else file.read(room + 1)
    except FileNotFoundError:
        raise DomainError(
            "file.missing", _("没找到文件 {name}。请核对文件名和位置。", name=path.name)
        ) from None
    except OSError as error:
        raise EnvironmentProblem(
            "file.read", _("读不了 {name}：{why}。", name=path.name, why=_why(error, path))
        ) from error
    if max(size, len(content)) > most:
        words = _(
            "{name} 有 {size} MB，超过 {limit} MB。请删掉不用的内容，或分成几个文件。",
            name=path.name, size=max(size, len(content)) // _MEGABYTE, limit=most // _MEGABYTE,
        )  # fmt: skip
        raise DomainError("file.large", words)
    return content


def _refuse_pipe(path: Path) -> None:
    """Refuse a pipe: opening one waits for a writer that may never come.

    One that a shell hands over (``/dev/fd/63``) has its writer.
    """
    if path.is_fifo() and not any(map(path.is_relative_to, _HANDED_OVER)):
        raise DomainError("file.device", _("{path} 不是普通文件。请换一个文件名。", path=path.name))


def read_text(path: Path, most: int = MOST) -> str:
    """The text of a UTF-8 file, with or without a mark at its beginning.

    Raises:
        DomainError: Also when it is no UTF-8.
        EnvironmentProblem: As `read`.
    """
    try:
        return read(path, most).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(
            "file.text", _("{name} 不是 UTF-8 文本。请另存为 UTF-8 后重试。", name=path.name)
        ) from None


def write(path: Path, content: bytes) -> Path:
    """Write a file as a whole; errors as `whole`."""
    with whole(path) as part:
        part.write_bytes(content)
    return path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside the final name to write into; in the end it takes that name in one step.

    Raises:
        DomainError: The name is that of a folder, or of a device, which would be gone then.
        EnvironmentProblem: The folder cannot be made or written to.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        if path.is_dir():
            raise DomainError("file.folder", _("{path} 是文件夹。请给出文件名。", path=path))
        if path.exists() and not path.is_file():
            raise DomainError("file.device", _("{path} 不是普通文件。请换一个文件名。", path=path))
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        durable.content(part)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise unwritten(path, error) from error


def make_folder(path: Path) -> None:
    """Make a folder, and those that it lies in, where they are not there; errors as `write`."""
    try:
        durable.make_folder(path)
    except OSError as error:
        raise unwritten(path, error) from error


def has_room(path: Path, least: int) -> bool:
    """Whether so many bytes more could stand behind a file: by the disk, a quota or a limit."""
    folder = path.absolute().parent
    try:
        if shutil.disk_usage(folder).free < least:
            return False
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.seek(path.stat().st_size)
            trial.write(bytes(least))
    except OSError as error:
        return error.errno not in _NO_ROOM
    return True


def unwritten(path: Path, error: OSError) -> EnvironmentProblem:
    """What to say of a file that could not be written."""
    words = _("写不了 {path}：{why}。", path=path, why=_why(error, path))
    return EnvironmentProblem("file.write", words)


def _why(error: OSError, path: Path) -> str:
    """The reason and what to do, in a pharmacist's words."""
    if isinstance(error, FileNotFoundError) or error.errno == errno.ENAMETOOLONG:
        return _("没有这个盘或文件夹，请核对路径")
    if path.is_dir() or isinstance(error, IsADirectoryError | NotADirectoryError | FileExistsError):
        return _("路径里文件和文件夹对不上，请核对路径")
    if error.errno in _NO_ROOM:
        return _("磁盘满了，请清出空间后重试")
    if error.errno == errno.EROFS or isinstance(error, PermissionError):
        return _("没有权限，或正在别的程序里打开。请关闭它，或换一个文件夹")
    return _("可能正在别的程序里打开，或磁盘有问题。请关闭后重试")
