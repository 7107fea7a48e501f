"""The desk at which requests arrive: refused, charged, answered, and perhaps struck by a fault."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import (
    BAD_TOKEN,
    NO_TOKEN,
    NOT_FOUND,
    ONLY_GET,
    PARAMETER_MISSING,
    QUOTA_SPENT,
    TOO_MANY_AT_ONCE,
    UNKNOWN_API,
    Answer,
    Row,
    failed,
)
from tests.simulator.endpoints.common.endpoint import Endpoint, Forms, Question
from tests.simulator.faults import NONE, Fault
from tests.simulator.http.routes import ENDPOINTS, FILES
from tests.simulator.world.operation import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulator.faults.queue import FaultQueue
    from tests.simulator.http.journal import Request
    from tests.simulator.world.operation import Operation, Seat

_PATH = re.compile(r"/api/v2/(\w+)\.php")
_REFUSALS = {
    Refusal.NO_TOKEN: NO_TOKEN,
    Refusal.UNKNOWN_TOKEN: BAD_TOKEN,
    Refusal.TOO_MANY_AT_ONCE: TOO_MANY_AT_ONCE,
    Refusal.QUOTA_SPENT: QUOTA_SPENT,
}


@dataclass(frozen=True)
class Outcome:
    """What is to be sent, how, and the seat to give back; no seat, no cost."""

    answer: Answer
    fault: Fault = NONE
    seat: Seat | None = None

    @property
    def cost(self) -> int:
        """Requests taken off the quota."""
        return 0 if self.seat is None else 1


@dataclass(frozen=True)
class Api:
    """Where the requests to one operation are dealt with."""

    operation: Operation
    faults: FaultQueue
    forms: Forms = Forms()  # noqa: RUF009  # frozen

    def receive(self, request: Request) -> Outcome:
        """Deal with one request; whoever sends the outcome gives its seat back.

        A fault strikes only what was admitted: a refusal never uses one up.
        """
        file = _file(request.path)
        if file is None:
            return Outcome(NOT_FOUND)
        if request.method != "GET":
            return Outcome(_only_get(request.method))
        seat = self.operation.admit(request.token)
        if isinstance(seat, Refusal):
            return Outcome(failed(_REFUSALS[seat]))
        answer = self._answer(file, request, seat)
        return Outcome(answer, self.faults.take(file, request.api), seat)

    def leave(self, outcome: Outcome) -> None:
        """Take back the seat of an outcome that is sent."""
        if outcome.seat is not None:
            self.operation.leave(outcome.seat)

    def rows(self, file: str, api: str, token: str, asked: Mapping[str, str]) -> list[Row]:
        """The rows an endpoint would answer with now; nobody is charged.

        Raises:
            LookupError: No such endpoint.
            RefusedError: It does not answer this.
        """
        return _endpoint(file, api).found(self._question(token, asked, asked))

    def content(self, file: str, api: str, token: str, asked: Mapping[str, str]) -> object:
        """What an endpoint would answer now, as parsed; nobody is charged.

        Raises:
            LookupError: No such endpoint.
        """
        question = self._question(token, asked, asked)
        return _endpoint(file, api).answer(question, self.forms).content

    def _question(self, token: str, query: Mapping[str, str], body: Mapping[str, str]) -> Question:
        usage = self.operation.usage(token)
        return Question(self.operation, token, usage, query, body, self.forms)

    def _answer(self, file: str, request: Request, seat: Seat) -> Answer:
        if not request.api:
            return failed(PARAMETER_MISSING)
        try:
            endpoint = _endpoint(file, request.api)
        except LookupError:
            return failed(UNKNOWN_API)
        body = _object(request.body)
        question = Question(self.operation, seat.token, seat.usage, request.query, body, self.forms)
        return endpoint.answer(question, self.forms)


def _endpoint(file: str, api: str) -> Endpoint:
    return ENDPOINTS[file, api]


def _file(path: str) -> str | None:
    """The API's file a path names, if there is one."""
    match = _PATH.fullmatch(path)
    return match[1] if match and match[1] in FILES else None


def _object(body: bytes) -> dict[str, str]:
    """The texts of a JSON object; nothing where the body is no such thing."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _only_get(method: str) -> Answer:
    answer = failed(ONLY_GET)
    headers = (*answer.headers, ("Allow", "GET"), ("Connection", "close"))
    # A body after HEAD would be read as the next answer.
    return Answer(answer.status, b"" if method == "HEAD" else answer.content, headers)
