"""Faults of the connection: an answer is sent slowly, in part, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.faults.fault import Fault, Wire

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Answer


def cut_body() -> Fault:
    """Close the connection after half of the body."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.write(answer.head() + answer.body[: len(answer.body) // 2])
        wire.close()

    return Fault("cut_body", deliver=deliver)


def closed() -> Fault:
    """Close the connection without sending a byte."""
    return Fault("closed", deliver=lambda wire, _: wire.close())


def reset() -> Fault:
    """Reset the connection before any answer."""
    return Fault("reset", deliver=lambda wire, _: wire.reset())


def hang(seconds: float, *, stubborn: bool = False) -> Fault:
    """Wait, then answer.

    If the client hangs up, its seat becomes free at once. With ``stubborn`` it stays taken to the
    end, as on a server that goes on with a query when nobody waits for it.
    """
    return Fault("hang", wait=lambda wire: wire.pause(seconds, stubborn=stubborn))


def slow_body(seconds: float) -> Fault:
    """Send the body byte by byte, with a pause before each. No single read waits long."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.write(answer.head())
        _trickle(wire, answer.body[:-1], seconds)
        wire.pause(seconds)
        wire.finish(answer.body[-1:], answer.status)

    return Fault("slow_body", deliver=deliver)


def slow_headers(seconds: float) -> Fault:
    """Send the headers byte by byte, then the body at once."""

    def deliver(wire: Wire, answer: Answer) -> None:
        _trickle(wire, answer.head(), seconds)
        wire.finish(answer.body, answer.status)

    return Fault("slow_headers", deliver=deliver)


def _trickle(wire: Wire, data_: bytes, seconds: float) -> None:
    for byte in data_:
        wire.pause(seconds)
        wire.write(bytes([byte]))
