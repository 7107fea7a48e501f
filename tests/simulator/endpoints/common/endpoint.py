"""The shape of an endpoint; the data lie in the room of each file of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tests.simulator.endpoints.common import date_range, row_cap
from tests.simulator.endpoints.common.answers import (
    NO_ROWS,
    PARAMETER_MISSING,
    Answer,
    Code,
    CodeForm,
    ErrorCase,
    Path,
    Row,
    envelope,
    failed,
)
from tests.simulator.endpoints.common.date_range import Months
from tests.simulator.endpoints.common.row_cap import ROW_CAP, Cap

if TYPE_CHECKING:
    from tests.simulator.world.operation import Operation, Usage


@dataclass(frozen=True)
class Forms:
    """How answers look where the documentation and live servers differ.

    ``code`` takes the place of the documented ones unless it is DOCUMENTED. ``bare_lists`` leaves
    the envelope away where the documentation shows none. ``cap`` is what becomes of an answer with
    too many rows, ``row_cap`` how many are too many, where it is not as documented. ``total_in``
    is the column that says TOTAL in those rows of ``quality_2`` that add up others. ``months`` is
    what is answered of a range that crosses the end of a month. ``nlp_credits`` counts in credits
    what is given to machines, as pages of 2026 do, and not in characters.
    """

    code: Code = CodeForm.DOCUMENTED
    bare_lists: bool = True
    cap: Cap = Cap.SILENT
    row_cap: int | None = None
    newest_first: bool = False
    total_in: str = "survey"
    months: Months = Months.ALL
    nlp_credits: bool = False


@dataclass(frozen=True)
class Question:
    """Who asks what: all that the rows of an endpoint may depend on."""

    operation: Operation
    token: str
    usage: Usage
    query: Mapping[str, str]
    body: Mapping[str, str]
    forms: Forms = Forms()


Rows: TypeAlias = Callable[[Question], list[Row]]
Dress: TypeAlias = Callable[[dict[str, object], list[Row], Question], object]


class RefusedError(Exception):
    """An endpoint does not answer a question."""

    def __init__(self, case: ErrorCase) -> None:
        super().__init__(case.msg)
        self.case = case


def in_data(around: dict[str, object], rows: list[Row], _: Question) -> object:
    """The four keys of the envelope, the rows as a list in the last."""
    return around | {"data": rows}


@dataclass(frozen=True)
class Endpoint:
    """One line of the API.

    ``{count}`` in ``msg`` stands for the number of rows. Without one of ``needs`` it refuses.
    ``empty`` is what it says instead of no rows. ``dress`` puts the rows where they belong, which
    is ``rows_at``. ``days`` is the longest range it takes, where it takes dates; ``cap`` the most
    rows of an answer.
    """

    file: str
    api: str
    code: Code
    msg: str
    rows: Rows
    needs: tuple[str, ...] = ()
    empty: ErrorCase | None = None
    dress: Dress = in_data
    rows_at: Path = ("data",)
    bare: bool = False
    days: int = 0
    cap: int = ROW_CAP

    def found(self, question: Question) -> list[Row]:
        """The rows for a question: all of them, over any range.

        Raises:
            RefusedError: It does not answer this.
        """
        if not self._given(question):
            raise RefusedError(PARAMETER_MISSING)
        return self.rows(question)

    def _answered(self, question: Question) -> list[Row]:
        """The same, over no longer a range than it takes, and no more of it than it answers."""
        if not self.days or not self._given(question):
            return self.found(question)
        asked = date_range.answered_range(question.query, self.days, question.forms.months)
        if asked is None:
            # In the words that also say that there are no rows.
            raise RefusedError(NO_ROWS)
        return self.found(replace(question, query=date_range.with_range(question.query, asked)))

    def _given(self, question: Question) -> bool:
        return all(question.query.get(name) for name in self.needs)

    def answer(self, question: Question, forms: Forms) -> Answer:
        """Its answer."""
        try:
            rows = self._answered(question)
        except RefusedError as refused:
            return failed(refused.case)
        if self.empty and not rows:
            return failed(self.empty)
        fitted = row_cap.fitted(
            rows, forms.row_cap or self.cap, forms.cap, newest_first=forms.newest_first
        )
        if fitted is None:
            return failed(row_cap.TOO_MANY_ROWS)
        rows, count = fitted
        if self.bare and forms.bare_lists:
            return Answer(200, rows, rows_at=())
        code = self.code if forms.code is CodeForm.DOCUMENTED else forms.code
        around = envelope(code, self.msg.format(count=count))
        return Answer(200, self.dress(around, rows, question), rows_at=self.rows_at)


FOUND = "{count} records were found"
DATES = ("date_ini", "date_end")
