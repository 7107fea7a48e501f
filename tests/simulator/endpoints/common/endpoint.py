"""What an endpoint is: its question, its rows, its answer."""

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

    Attributes:
        code: Replaces the documented code, unless it is DOCUMENTED.
        bare_lists: Whether to send no envelope where the documentation shows none.
        cap: What happens to an answer with too many rows.
        row_cap: The most rows of an answer; None for the documented number.
        newest_first: Whether the newest row comes first.
        total_in: The column of ``quality_2`` that says TOTAL in a row of totals.
        months: What is answered if a range crosses the end of a month.
        nlp_credits: Whether ``cdr_7`` and ``cdr_8`` count credits, as the vendor's pages of 2026
            do, and not characters.
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
    """Who asks what. The rows of an endpoint depend on nothing else."""

    operation: Operation
    token: str
    usage: Usage
    query: Mapping[str, str]
    body: Mapping[str, str]
    forms: Forms = Forms()


Rows: TypeAlias = Callable[[Question], list[Row]]
Wrap: TypeAlias = Callable[[dict[str, object], list[Row], Question], object]


class RefusedError(Exception):
    """An endpoint refuses a question."""

    def __init__(self, case: ErrorCase) -> None:
        super().__init__(case.msg)
        self.case = case


def in_data(around: dict[str, object], rows: list[Row], _: Question) -> object:
    """The envelope, with the rows as a list in ``data``."""
    return around | {"data": rows}


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the API: a file and the value of ``api``.

    Attributes:
        file: The file, without ``.php``.
        api: The value of ``api``.
        code: The documented ``code`` of a success.
        msg: The message of a success; ``{count}`` is the number of rows.
        rows: Makes the rows.
        needs: The parameters it needs. It refuses a question without one of them.
        empty: The error it answers when there are no rows; None for an empty list.
        wrap: Puts the rows into the envelope.
        rows_at: The path to the rows in the answer.
        bare: Whether the documentation shows no envelope.
        days: The longest range it takes, 0 if it takes no dates.
        cap: The most rows of an answer.
    """

    file: str
    api: str
    code: Code
    msg: str
    rows: Rows
    needs: tuple[str, ...] = ()
    empty: ErrorCase | None = None
    wrap: Wrap = in_data
    rows_at: Path = ("data",)
    bare: bool = False
    days: int = 0
    cap: int = ROW_CAP

    def found(self, question: Question) -> list[Row]:
        """All rows for a question, over a range of any length.

        Raises:
            RefusedError: It refuses the question.
        """
        if not self._given(question):
            raise RefusedError(PARAMETER_MISSING)
        return self.rows(question)

    def _answered(self, question: Question) -> list[Row]:
        """The rows for the part of the range that it answers."""
        if not self.days or not self._given(question):
            return self.found(question)
        asked = date_range.answered_range(question.query, self.days, question.forms.months)
        if asked is None:
            # The same words mean that there are no rows.
            raise RefusedError(NO_ROWS)
        return self.found(replace(question, query=date_range.with_range(question.query, asked)))

    def _given(self, question: Question) -> bool:
        return all(question.query.get(name) for name in self.needs)

    def answer(self, question: Question, forms: Forms) -> Answer:
        """The answer to a question."""
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
        return Answer(200, self.wrap(around, rows, question), rows_at=self.rows_at)


FOUND = "{count} records were found"
DATES = ("date_ini", "date_end")
