"""The shape of an endpoint, and the table of them all; the data lie in the room of each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.simulator.answers import Answer, Code, CodeForm, Row, found

if TYPE_CHECKING:
    from tests.simulator.operation import Operation, Usage


@dataclass(frozen=True)
class Question:
    """Who asks what: all that the rows of an endpoint may depend on."""

    operation: Operation
    token: str
    usage: Usage
    query: Mapping[str, str]


Rows: TypeAlias = Callable[[Question], list[Row]]


@dataclass(frozen=True)
class Endpoint:
    """One line of the API; ``{count}`` in ``msg`` stands for the number of rows."""

    file: str
    api: str
    code: Code
    msg: str
    rows: Rows

    def answer(self, question: Question, code: Code) -> Answer:
        """Its answer; a code other than DOCUMENTED takes the place of its own."""
        rows = self.rows(question)
        form = self.code if code is CodeForm.DOCUMENTED else code
        return found(rows, code=form, msg=self.msg.format(count=len(rows)))
