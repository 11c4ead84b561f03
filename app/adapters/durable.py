"""What has to be there after the power went: a file's content, and its name in the folder.

A disk may keep the new name of a file and not yet what is in it, or the content and not the name:
each is asked for on its own.
"""

from __future__ import annotations

import os
from pathlib import Path


def content(file: Path) -> None:
    """Wait until the disk has what is in the file."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


def names(folder: Path) -> None:
    """Wait until the disk has which files there are; Windows keeps names by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make the folder, and those that it lies in, where they are not there, to last."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    names(folder.parent)


def take_name(draft: Path, file: Path) -> None:
    """The draft becomes the file: after a sudden end the old one is there or the new one, whole."""
    content(draft)
    draft.replace(file)
    names(file.parent)
