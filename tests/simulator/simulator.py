"""The simulator of one operation."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from tests.simulator.endpoints.common.answers import Code, CodeForm, Row
from tests.simulator.endpoints.common.date_range import Months
from tests.simulator.endpoints.common.endpoint import Forms
from tests.simulator.endpoints.common.row_cap import Cap
from tests.simulator.faults.queue import FaultQueue
from tests.simulator.http.api import Api
from tests.simulator.http.control import Control
from tests.simulator.http.journal import Journal, Request
from tests.simulator.http.server import Backend, Server
from tests.simulator.world.clock import BOGOTA, Clock
from tests.simulator.world.operation import Conditions, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from types import TracebackType

    from tests.simulator.world.bursts import Burst


@dataclass(kw_only=True, eq=False)
class Simulator:
    """One operation on a port of 127.0.0.1. It serves inside ``with``.

    Attributes:
        seed: The data are generated from it and ``server``.
        server: The operation's number, as text.
        token: The token it accepts.
        other_tokens: More tokens. All share the quota.
        timezone: IANA name of the operation's zone.
        now: The time of the stopped clock; None for real time.
        quota: Requests per day; None for licences x 1000.
        others: Requests that other programs spend after each admitted request.
        code: The ``code`` of a success: a value, DOCUMENTED or ABSENT.
        bare_lists: Whether to send no envelope where the documentation shows none.
        cap: What happens to an answer with too many rows.
        row_cap: The most rows of an answer; None for the documented number.
        newest_first: Whether the newest row comes first.
        total_in: The column of ``quality_2`` that says TOTAL in a row of totals.
        nlp_credits: Whether ``cdr_7`` and ``cdr_8`` count credits, not characters.
        months: What it answers if a range crosses the end of a month.
        pace: How much happens: 1 is about 1,200 calls on an average day.
        bursts: Calls and bot exchanges in addition.
        lag: How late reports know what happened.
        port: Where to listen; 0 for any free port.
        on_request: Called with each request to the API when it ends.
        clock: The clock, which a test can set and advance.
        faults: The queue of faults, to which a test adds.
        operation: The simulated operation.
        backend: What answers its requests.

    Raises:
        ValueError: No such time zone, or ``others`` below 0.
    """

    seed: int = 1
    server: str = "0011"
    token: str = "demo-token"
    other_tokens: Iterable[str] = ()
    timezone: str = BOGOTA
    now: InitVar[datetime | None] = None
    quota: int | None = None
    others: int = 0
    code: Code = CodeForm.DOCUMENTED
    bare_lists: bool = True
    cap: Cap = Cap.SILENT
    row_cap: int | None = None
    newest_first: bool = False
    total_in: str = "survey"
    months: Months = Months.ALL
    nlp_credits: bool = False
    pace: float = 1.0
    bursts: Iterable[Burst] = ()
    lag: timedelta = timedelta(minutes=10)
    port: int = 0
    on_request: Callable[[Request], None] | None = None
    clock: Clock = field(init=False)
    faults: FaultQueue = field(init=False, default_factory=FaultQueue)
    operation: Operation = field(init=False)
    backend: Backend = field(init=False, repr=False)

    def __post_init__(self, now: datetime | None) -> None:
        self.clock = Clock(self.timezone, now)
        tokens = (self.token, *self.other_tokens)
        conditions = Conditions(self.quota, self.pace, tuple(self.bursts), self.lag, self.others)
        operation = Operation(self.seed, self.server, tokens, self.clock, conditions)
        forms = Forms(
            self.code,
            self.bare_lists,
            self.cap,
            self.row_cap,
            self.newest_first,
            self.total_in,
            self.months,
            self.nlp_credits,
        )
        journal = Journal(self.on_request)
        self.operation = operation
        self.backend = Backend(
            Api(operation, self.faults, forms), journal, Control(operation, self.faults, journal)
        )
        self._http: Server | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The URL of the API, with the port.

        Raises:
            RuntimeError: It does not serve.
        """
        if self._url is None:
            raise RuntimeError("the simulator serves inside `with` only")
        return self._url

    @property
    def requests(self) -> list[Request]:
        """The requests to the API so far, in order."""
        return self.backend.journal.requests

    @property
    def max_in_flight(self) -> int:
        """The most requests that one token had open at once. Refused ones count too."""
        return self.backend.journal.max_in_flight

    def rows(self, file: str, api: str, **asked: str) -> list[Row]:
        """The rows that an endpoint (``"billing"``, ``"rec_screen"``) would answer now.

        It costs no request. ``asked`` are the parameters. Lists by survey become one list.

        Raises:
            LookupError: No such endpoint.
            RefusedError: It refuses the question.
        """
        return self.backend.api.rows(file, api, self.token, asked)

    def content(self, file: str, api: str, **asked: str) -> Any:
        """The whole answer, parsed from JSON. It costs no request.

        Raises:
            LookupError: No such endpoint.
        """
        return self.backend.api.content(file, api, self.token, asked)

    def spend(self, requests: int) -> None:
        """Let other programs spend requests of today's quota, or as many as are left.

        Raises:
            ValueError: The number is below 0.
        """
        self.operation.spend(requests)

    def start(self) -> None:
        """Listen and serve.

        Raises:
            OSError: The port is taken.
        """
        self._http = Server(self.port, {"": self.backend})
        self._http.start()
        self.served_at(self._http.url())

    def close(self) -> None:
        """Stop, and cut off whatever hangs."""
        if self._http is not None:
            self._http.close()
            self._http = None
            self.served_at(None)

    def served_at(self, url: str | None) -> None:
        """Set the URL of the API; None if it is not served."""
        self._url = url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
