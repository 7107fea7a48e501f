"""The API of one operation: admits a request, charges it, answers it, applies a fault."""

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
    """The answer to send, the fault to send it with, and the seat to give back, if any."""

    answer: Answer
    fault: Fault = NONE
    seat: Seat | None = None

    @property
    def cost(self) -> int:
        """Requests taken from the quota."""
        return 0 if self.seat is None else 1


@dataclass(frozen=True)
class Api:
    """The API of one operation."""

    operation: Operation
    faults: FaultQueue
    forms: Forms = Forms()  # noqa: RUF009  # frozen

    def receive(self, request: Request) -> Outcome:
        """Process one request. The caller sends the outcome, then calls ``leave``.

        A fault applies to admitted requests only. A refused request never uses one up.
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
        """Free the seat of an outcome that was sent."""
        if outcome.seat is not None:
            self.operation.leave(outcome.seat)

    def rows(self, file: str, api: str, token: str, asked: Mapping[str, str]) -> list[Row]:
        """The rows that an endpoint would answer now. It costs no request.

        Raises:
            LookupError: No such endpoint.
            RefusedError: It refuses the question.
        """
        return _endpoint(file, api).found(self._question(token, asked, asked))

    def content(self, file: str, api: str, token: str, asked: Mapping[str, str]) -> object:
        """The parsed answer that an endpoint would give now. It costs no request.

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
    """The file of the API in a path, if there is one."""
    match = _PATH.fullmatch(path)
    return match[1] if match and match[1] in FILES else None


def _object(body: bytes) -> dict[str, str]:
    """The JSON object in a body, or an empty one."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _only_get(method: str) -> Answer:
    answer = failed(ONLY_GET)
    headers = (*answer.headers, ("Allow", "GET"), ("Connection", "close"))
    # The client would read a body after HEAD as the next answer.
    return Answer(answer.status, b"" if method == "HEAD" else answer.content, headers)
