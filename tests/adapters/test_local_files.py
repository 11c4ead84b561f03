"""Files of this computer: whole or not at all, and every fault said in words."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from app.adapters import local_files
from app.domain.errors import DomainError, EnvironmentProblem


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "labels.zpl"
    assert local_files.read(local_files.write(target, b"data")) == b"data"
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentProblem, match="路径里文件和文件夹对不上"):
        local_files.write(tmp_path / "file" / "labels.zpl", b"data")
    with pytest.raises(EnvironmentProblem, match="路径里文件和文件夹对不上"):
        local_files.make_folder(tmp_path / "file")
    with pytest.raises(DomainError, match="是文件夹。请给出文件名"):
        local_files.write(tmp_path / "new", b"data")
    assert [path.name for path in target.parent.iterdir()] == ["labels.zpl"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [(errno.ENOSPC, "磁盘满了"), (errno.EACCES, "没有权限"), (errno.EROFS, "换一个文件夹"),
     (errno.EIO, "关闭后重试"), (errno.ENOENT, "没有这个盘或文件夹")],
)  # fmt: skip
def test_why_a_file_cannot_be_written_is_said(tmp_path: Path, fault: int, words: str) -> None:
    assert words in local_files.unwritten(tmp_path / "x.pdf", OSError(fault, "")).text


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="没找到文件 没有"):
        local_files.read(tmp_path / "没有.pdf")
    with pytest.raises(EnvironmentProblem, match="文件和文件夹对不上"):
        local_files.read(tmp_path)
    large = tmp_path / "large.pdf"
    large.write_bytes(b"")
    os.truncate(large, 2 * local_files.MOST)
    with pytest.raises(DomainError, match="有 200 MB，超过 100 MB"):
        local_files.read(large)


def test_a_device_without_an_end_is_not_read_for_ever() -> None:
    with pytest.raises(DomainError, match="超过 1 MB"):
        local_files.read(Path("/dev/zero"), 2**20)


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    device = tmp_path / "null"
    os.mkfifo(device)
    with pytest.raises(DomainError, match="不是普通文件"):
        local_files.write(device, b"x")
    assert device.is_fifo()


def test_text_is_utf_8(tmp_path: Path) -> None:
    words = tmp_path / "codes.txt"
    words.write_text("码", encoding="utf-8-sig")
    assert local_files.read_text(words) == "码"
    words.write_text("码", encoding="gb18030")
    with pytest.raises(DomainError, match="另存为 UTF-8"):
        local_files.read_text(words)


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "目录.csv"
    os.mkfifo(pipe)
    with pytest.raises(DomainError, match=r"目录\.csv 不是普通文件"):
        local_files.read(pipe)


def test_a_pipe_of_the_shell_is_read() -> None:
    """As ``<(…)`` hands it over: its writer is there."""
    reading, writing = os.pipe()
    os.write(writing, b"YP-000101\n")
    os.close(writing)
    assert local_files.read_text(Path(f"/dev/fd/{reading}")) == "YP-000101\n"
    os.close(reading)


def test_a_name_that_no_disk_takes_is_said(tmp_path: Path) -> None:
    endless = tmp_path / ("长" * 300 + ".csv")
    with pytest.raises(EnvironmentProblem, match="请核对路径"):
        local_files.read(endless)
    with pytest.raises(EnvironmentProblem, match="请核对路径"):
        local_files.write(endless, b"x")


def test_room_ends_at_the_limit_of_the_account_too(tmp_path: Path) -> None:
    data = tmp_path / "yilian.db"
    data.write_bytes(bytes(5_000))
    assert local_files.has_room(data, 3_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (7_000, before[1]))
    try:
        assert local_files.has_room(data, 2_000)
        assert not local_files.has_room(data, 2_001)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not local_files.has_room(data, 2**62)  # no disk is so large
    assert local_files.has_room(tmp_path / "none" / "yilian.db", 1), "that is another fault"
