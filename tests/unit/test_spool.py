"""Spool: bytes that are read as they were written, from a file that is nowhere to be found."""

from __future__ import annotations

import errno
import gc
import os
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.errors import OperationError
from tap_wolkvox.spool import BLOCK, Span, Spool
from tests.support.reading import spooled

OPEN = Path("/proc/self/fd")
LARGE = b"0123456789abcde\n" * (BLOCK // 8)
"""More than stays in memory."""

FULL = Path("/dev/full")
"""A disk that is always full."""

needs_a_full_disk = pytest.mark.skipif(not FULL.exists(), reason="the system has none")
needs_proc = pytest.mark.skipif(not OPEN.is_dir(), reason="the system does not tell")


def opened(folder: Path) -> list[str]:
    """Return the files of a folder that this process has open, whether they have a name or not."""
    files = []
    for each in OPEN.iterdir():
        try:
            files.append(str(each.readlink()))
        except FileNotFoundError:
            # What listed them.
            continue
    return [file for file in files if file.startswith(str(folder))]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@given(st.lists(st.binary(max_size=30), max_size=8), st.data())
def test_what_was_written_is_read_from_anywhere(blocks: list[bytes], data: st.DataObject) -> None:
    spool, written = Spool(), b""
    for block in blocks:
        begin, size = data.draw(st.integers(0, 40)), data.draw(st.integers(0, 40))
        assert spool.read(begin, size) == written[begin : begin + size]
        spool.write(block)
        written += block
        assert spool.size == len(written)
        assert spool.read(begin) == written[begin:]
    assert spool.read() == spool.read() == written


def test_a_part_is_what_was_added_as_one() -> None:
    spool = spooled(b"first")
    parts = [Span.added(spool, block, 1) for block in (b"second", b"", LARGE, b"last")]
    assert [part.read() for part in parts] == [b"second", b"", LARGE, b"last"]
    assert spool.read() == b"firstsecond" + LARGE + b"last"


def test_what_is_small_needs_no_file(folder: Path) -> None:
    # A folder that nothing can be kept in.
    folder.rmdir()
    assert spooled(b"x" * BLOCK).read() == b"x" * BLOCK


def test_what_is_large_is_read_as_it_was_written(folder: Path) -> None:
    spool = spooled(LARGE)
    for begin in range(0, 64, 7):
        spool.write(LARGE[begin:])
    expected = LARGE + b"".join(LARGE[begin:] for begin in range(0, 64, 7))
    assert spool.size == len(expected)
    assert spool.read() == expected
    assert spool.read(BLOCK - 3, 9) == expected[BLOCK - 3 : BLOCK + 6]
    assert spool.read(len(expected) - 2, 9) == expected[-2:]
    assert spool.read(len(expected) + 5, 9) == b""


@needs_proc
def test_what_is_large_lies_in_a_file_without_a_name(folder: Path) -> None:
    spool = spooled(b"x" * BLOCK)
    assert opened(folder) == []
    spool.write(b"y")
    assert len(opened(folder)) == 1
    assert list(folder.iterdir()) == []
    assert spool.read(BLOCK - 1) == b"xy"


@needs_proc
def test_its_file_is_closed_once_it_is_forgotten(folder: Path) -> None:
    gc.disable()
    try:
        spool = spooled(LARGE)
        part = Span.added(spool, LARGE, 1)
        del spool
        assert len(opened(folder)) == 1
        assert part.read() == LARGE
        del part
        assert opened(folder) == []
    finally:
        gc.enable()


@needs_proc
def test_files_of_many_answers_do_not_add_up(folder: Path) -> None:
    for _ in range(20):
        spooled(LARGE).read(0, 5)
        assert len(opened(folder)) == 0


def test_a_folder_that_is_not_there_is_told(folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(OperationError, match=r"No such file or directory.*TMPDIR"):
        spooled(LARGE)


@needs_a_full_disk
@pytest.mark.parametrize("before", [0, BLOCK])
def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    # Without a buffer, nothing is left to be written when it is closed.
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: FULL.open("r+b", buffering=0))
    spool = spooled(b"x" * before)
    with pytest.raises(OperationError, match=r"No space left on device.*TMPDIR") as caught:
        spool.write(LARGE)
    assert spool.size == before
    assert caught.value.__suppress_context__


@needs_proc
@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE])
def test_what_can_not_be_read_is_told(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    spool = spooled(LARGE)

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "pread", refuse)
    with pytest.raises(OperationError, match="TMPDIR") as caught:
        spool.read()
    assert os.strerror(code) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("has_pread", [True, False], ids=["pread", "without"])
def test_a_thread_reads_what_it_asks_for_whoever_else_reads(
    monkeypatch: pytest.MonkeyPatch, has_pread: bool
) -> None:
    if not has_pread:
        # As Windows has none.
        monkeypatch.delattr(os, "pread", raising=False)
    spool = Spool()
    blocks = [bytes([number]) * 1000 for number in range(250)]
    for block in blocks:
        spool.write(block)
    wrong: list[int] = []

    def read() -> None:
        for _ in range(20):
            for number, block in enumerate(blocks):
                if spool.read(number * 1000, 1000) != block:
                    wrong.append(number)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
