"""Faults on the wire: how an answer is sent, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.faults.fault import Fault, Wire

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Answer


def cut_body() -> Fault:
    """The connection closed after half the promised bytes."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.write(answer.head() + answer.body[: len(answer.body) // 2])
        wire.close()

    return Fault("cut_body", deliver=deliver)


def closed() -> Fault:
    """The connection closed without a byte."""
    return Fault("closed", deliver=lambda wire, _: wire.close())


def reset() -> Fault:
    """The connection reset before any answer."""
    return Fault("reset", deliver=lambda wire, _: wire.reset())


def hang(seconds: float, *, stubborn: bool = False) -> Fault:
    """Silence, then the answer.

    The seat comes free when the client hangs up; a stubborn one stays taken to the end, as with
    a server that works on a query nobody waits for any more.
    """
    return Fault("hang", wait=lambda wire: wire.pause(seconds, stubborn=stubborn))


def slow_body(seconds: float) -> Fault:
    """The body a byte at a time, with a pause before each: no read ever waits long."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.write(answer.head())
        _trickle(wire, answer.body[:-1], seconds)
        wire.pause(seconds)
        wire.finish(answer.body[-1:], answer.status)

    return Fault("slow_body", deliver=deliver)


def slow_headers(seconds: float) -> Fault:
    """The headers a byte at a time, then the body at once."""

    def deliver(wire: Wire, answer: Answer) -> None:
        _trickle(wire, answer.head(), seconds)
        wire.finish(answer.body, answer.status)

    return Fault("slow_headers", deliver=deliver)


def _trickle(wire: Wire, data_: bytes, seconds: float) -> None:
    for byte in data_:
        wire.pause(seconds)
        wire.write(bytes([byte]))
