"""Output: messages come out whole and in their order, while the tap already goes on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.singerlib import RecordMessage, StateMessage
from singer_sdk.singerlib.json import serialize_json
from typing_extensions import override

from tap_wolkvox.errors import OperationError
from tap_wolkvox.messages.batch import RecordBatch
from tap_wolkvox.messages.writer import AT_ONCE, WholeMessageWriter
from tap_wolkvox.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator

HUNG_UP = OSError if sys.platform == "win32" else BrokenPipeError
"""What a pipe that nobody reads any more raises; Windows calls it an invalid argument."""

MANY = 5_000
"""Records whose messages are many times what a pipe holds."""


class Target:
    """What reads the other end of a pipe, once it is told to."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._reading = os.fdopen(reading, encoding="utf-8")
        self.stdout = os.fdopen(writing, "w", encoding="utf-8")
        self.lines: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._read)

    def read(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up."""
        self._reading.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.stdout.close()
        if self._thread.ident:
            self._thread.join()
        self._reading.close()

    def _read(self) -> None:
        self.lines += map(json.loads, self._reading)


@contextlib.contextmanager
def a_target() -> Iterator[Target]:
    """Standard output is a pipe, and this its other end."""
    target = Target()
    try:
        # Not in a fixture: pytest has a standard output of its own for each phase of a test.
        with contextlib.redirect_stdout(target.stdout):
            yield target
    finally:
        target.close()


def records(count: int, first: int = 0) -> RecordBatch:
    made = RecordBatch("calls")
    made.add([{"number": number, "text": "ñ" * 50} for number in range(first, first + count)])
    return made


def numbers(target: Target) -> list[Any]:
    """What came out: numbers of records, states."""
    return [(line.get("record") or line["value"])["number"] for line in target.lines]


def state(number: int) -> StateMessage:
    return StateMessage(value={"number": number})


def record(number: int) -> RecordMessage:
    return RecordMessage(stream="calls", record={"number": number})


def test_messages_can_be_taken_in_memory() -> None:
    with contextlib.redirect_stdout(io.StringIO()) as taken:
        writer = WholeMessageWriter()
        writer.write_records(records(2))
        writer.write_message(record(2))
        writer.write_message(state(3))
    lines = map(json.loads, taken.getvalue().splitlines())
    assert [line["type"] for line in lines] == ["RECORD"] * 3 + ["STATE"]


def test_an_answer_is_taken_before_a_target_reads_it_and_the_next_is_not() -> None:
    with a_target() as target:
        writer = WholeMessageWriter()
        writer.write_records(records(MANY))
        writer.write_message(state(MANY))
        second = threading.Thread(target=writer.write_records, args=[records(MANY, MANY + 1)])
        second.start()
        second.join(timeout=0.5)
        assert second.is_alive()
        target.read()
        second.join(timeout=30)
        assert not second.is_alive()
        writer.drain()
    assert numbers(target) == list(range(2 * MANY + 1))


def test_so_are_records_that_come_one_by_one() -> None:
    with a_target() as target:
        writer = WholeMessageWriter()
        for number in range(MANY):
            writer.write_message(record(number))
        writer.flush()
        writer.write_message(state(MANY))
        target.read()
        writer.drain()
    assert numbers(target) == list(range(MANY + 1))


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes always wait")
def test_a_pipe_that_does_not_wait_is_waited_for() -> None:
    with a_target() as target:
        os.set_blocking(target.stdout.fileno(), False)  # type: ignore[attr-defined,unused-ignore]  # not on Windows
        writer = WholeMessageWriter()
        writer.write_records(records(MANY))
        writer.write_message(state(MANY))
        while select.select((), (target.stdout,), (), 0)[1]:
            time.sleep(0.01)
        target.read()
        writer.drain()
    assert numbers(target) == list(range(MANY + 1))


@pytest.mark.parametrize("sizes", [[0], [1, 0, 0, 2], [MANY, 0, MANY]])
def test_answers_without_records_are_no_matter(sizes: list[int]) -> None:
    with a_target() as target:
        target.read()
        writer = WholeMessageWriter()
        for size in sizes:
            writer.write_records(records(size))
            writer.write_message(state(-1))
        writer.drain()
    assert numbers(target) == [number for size in sizes for number in (*range(size), -1)]


@given(st.lists(st.sampled_from(["record", "records", "state", "hand over", "drain"])))
def test_whatever_is_written_comes_out_in_its_order(steps: list[str]) -> None:
    with a_target() as target:
        target.read()
        writer, number = WholeMessageWriter(), 0
        for step in steps:
            if step == "record":
                writer.write_message(record(number))
            elif step == "records":
                # What came one by one before is handed over first, as the streams do.
                writer.flush()
                writer.write_records(records(2, number))
                number += 1
            elif step == "state":
                writer.write_message(state(number))
            elif step == "hand over":
                writer.flush()
            else:
                writer.drain()
            number += step in ("record", "records", "state")
        writer.drain()
    assert numbers(target) == list(range(number))


def test_a_message_may_be_longer_than_what_is_written_at_once() -> None:
    with a_target() as target:
        made = RecordBatch("calls")
        lengths = [1, AT_ONCE, 10, 5 * AT_ONCE, 3]
        for number, length in enumerate(lengths):
            made.add([{"number": number, "text": "x" * length}])
        target.read()
        writer = WholeMessageWriter()
        writer.write_records(made)
        writer.drain()
    assert [len(line["record"]["text"]) for line in target.lines] == lengths


def test_a_target_that_hangs_up_is_told_of() -> None:
    with a_target() as target:
        writer = WholeMessageWriter()
        target.stop()
        writer.write_records(records(MANY))
        with pytest.raises(HUNG_UP):
            writer.drain()
        with pytest.raises(HUNG_UP):
            writer.write_records(records(1))
        with pytest.raises(HUNG_UP):
            writer.write_message(state(1))


def test_waits_come_to_an_end_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """And begin anew: Windows interrupts no wait that has no end."""
    waits: list[float | None] = []

    class Counted(threading.Condition):
        @override
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            return super().wait(timeout)

    monkeypatch.setattr("tap_wolkvox.messages.writer.STEP", 0.02)
    with a_target() as target:
        with monkeypatch.context() as patched:
            # The writer's alone.
            patched.setattr(threading, "Condition", Counted)
            writer = WholeMessageWriter()
        writer.write_records(records(MANY))
        later = threading.Timer(0.5, target.read)
        later.start()
        writer.write_records(records(MANY, MANY))
        with pytest.raises(SystemExit):
            writer.shut_down(143)
        later.join()
    assert len(waits) > 5
    assert set(waits) == {0.02}
    assert numbers(target)[:MANY] == list(range(MANY))


def test_nobody_waits_for_a_target_once_it_has_all() -> None:
    with a_target() as target:
        target.read()
        writer = WholeMessageWriter()
        writer.write_records(records(MANY))
        writer.drain()
        began = time.monotonic()
        with pytest.raises(SystemExit) as left:
            writer.shut_down(143)
        assert left.value.code == 143
        assert time.monotonic() - began < 5


def test_nothing_is_taken_once_the_program_is_to_be_left() -> None:
    """Should who is told to leave not hear it, as a callback of the interpreter does not."""
    with a_target() as target:
        target.read()
        writer = WholeMessageWriter()
        with pytest.raises(SystemExit):
            writer.shut_down(143)
        for take in (partial(writer.write_records, records(1)), writer.drain):
            with pytest.raises(SystemExit) as left:
                take()
            assert left.value.code == 143
    assert target.lines == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationError("no room: make some"), "no room: make some"),
        (ValueError("what a row holds"), "ValueError"),
    ],
)
def test_what_fails_in_the_thread_is_told(error: Exception, said: str) -> None:
    class Broken(Spool):
        def read(self, begin: int = 0, size: int | None = None) -> bytes:
            raise error

    made = records(1)
    made.parts = [replace(part, spool=Broken()) for part in made.parts]
    with a_target() as target:
        target.read()
        writer = WholeMessageWriter()
        writer.write_records(made)
        with pytest.raises(OSError) as told:
            writer.drain()
        assert told.value.strerror == said


def test_a_spool_that_ends_too_soon_is_no_end_of_messages() -> None:
    made = records(1)
    made.parts = [replace(part, size=part.size + 1) for part in made.parts]
    with a_target() as target:
        target.read()
        writer = WholeMessageWriter()
        writer.write_records(made)
        with pytest.raises(OSError, match="EOFError"):
            writer.drain()


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 11, 20, 10, tzinfo=UTC),
        date(2026, 11, 20),
        timedelta(seconds=5),
        Decimal("1.50"),
        Decimal("NaN"),
        Decimal("Infinity"),
        float("nan"),
        b"bytes",
        {"a"},
        [Decimal("NaN"), (1, "2"), {"b": None}],
        "half a \ud83d pair",
        "\u2028",
        True,
    ],
    ids=repr,
)
def test_what_a_stream_map_may_make_is_written_as_the_sdk_does(value: object) -> None:
    made = RecordMessage(stream="calls", record={"value": value}, time_extracted=datetime.now(UTC))
    with contextlib.redirect_stdout(io.StringIO()) as taken:
        writer = WholeMessageWriter()
        writer.write_message(made)
        writer.drain()
    assert json.loads(taken.getvalue()) == json.loads(serialize_json(made.to_dict()))
