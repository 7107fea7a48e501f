"""The simulator as a test holds it."""

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
    """One operation on a port of 127.0.0.1; serves inside ``with``.

    Attributes:
        seed: What its data are generated from, together with ``server``.
        server: The operation's number, as text.
        token: The token it accepts.
        other_tokens: More of them; they share the quota.
        timezone: IANA name of the operation's zone.
        now: Where its clock stands still at first; None for real time.
        quota: Requests a day; licences x 1000 if None.
        others: How many of them others spend after each one that is admitted.
        code: Form of ``code`` on success: a value, DOCUMENTED or ABSENT.
        bare_lists: Whether there is no envelope where the documentation shows none.
        cap: What becomes of an answer that would hold more rows than it may.
        row_cap: How many that are; as documented if None.
        newest_first: Whether rows come newest first.
        total_in: Column that says TOTAL in the rows of ``quality_2`` that add up others.
        nlp_credits: Whether ``cdr_7`` and ``cdr_8`` count in credits, as pages of 2026 have it.
        months: What it answers of a range that crosses the end of a month.
        pace: How much happens: 1 is some 1,200 calls on the average day.
        bursts: What happens on top of that.
        lag: How old the newest rows are of endpoints that take dates.
        port: Where to listen; 0 for any free port.
        on_request: Called with each request to the API when it is over.
        clock: To be set and moved.
        faults: Where faults are added.
        operation: What it simulates.
        backend: Those who answer its requests.

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
        """Where the API is, the port in it.

        Raises:
            RuntimeError: It does not serve.
        """
        if self._url is None:
            raise RuntimeError("the simulator serves inside `with` only")
        return self._url

    @property
    def requests(self) -> list[Request]:
        """The requests to the API so far, in the order they came."""
        return self.backend.journal.requests

    @property
    def max_in_flight(self) -> int:
        """The most requests one token ever had open at once, refused ones counted."""
        return self.backend.journal.max_in_flight

    def rows(self, file: str, api: str, **asked: str) -> list[Row]:
        """What an endpoint (``"billing"``, ``"rec_screen"``) would answer now, free of charge.

        The rows as they lie in its answer; those of surveys flat. ``asked`` are the parameters.

        Raises:
            LookupError: No such endpoint.
            RefusedError: It does not answer this.
        """
        return self.backend.api.rows(file, api, self.token, asked)

    def content(self, file: str, api: str, **asked: str) -> Any:
        """The whole answer, as parsed from JSON, free of charge.

        Raises:
            LookupError: No such endpoint.
        """
        return self.backend.api.content(file, api, self.token, asked)

    def spend(self, requests: int) -> None:
        """Let others spend so many requests of today's quota, or as many as are left.

        Raises:
            ValueError: Fewer than none.
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
        """Stop; whatever hangs is cut off."""
        if self._http is not None:
            self._http.close()
            self._http = None
            self.served_at(None)

    def served_at(self, url: str | None) -> None:
        """Take note of where its API is; None for nowhere."""
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
