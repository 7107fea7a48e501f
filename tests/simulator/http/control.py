"""The control pages under /simulator/: for a person or another process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from tests.simulator.endpoints.common.answers import Answer
from tests.simulator.faults.by_name import fault_by_name
from tests.simulator.world.operation import OTHERS

if TYPE_CHECKING:
    from tests.simulator.faults.queue import FaultQueue, Pending
    from tests.simulator.http.journal import Journal, Request
    from tests.simulator.world.operation import Operation

Setting: TypeAlias = dict[str, object]
Page: TypeAlias = Callable[[bytes], object]


@dataclass(frozen=True)
class Control:
    """Sets the clock, the quota and the faults, and shows the journal."""

    operation: Operation
    faults: FaultQueue
    journal: Journal

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Answer one request: 200, or 400, 404, 405 with a line that says why."""
        pages = self._pages()
        if path not in pages:
            return _no(404, f"no such page; there are {', '.join(pages)}")
        wanted, page = pages[path]
        if method != wanted:
            return _no(405, f"use {wanted}")
        try:
            return Answer(200, page(body))
        except ValueError as error:
            return _no(400, str(error))

    def _pages(self) -> Mapping[str, tuple[str, Page]]:
        return {
            "/simulator/clock": ("POST", self._set_clock),
            "/simulator/faults": ("POST", self._set_faults),
            "/simulator/quota": ("POST", self._spend_quota),
            "/simulator/requests": ("GET", self._list_requests),
        }

    def _set_clock(self, body: bytes) -> object:
        setting = _setting(body)
        if set(setting) != {"now"}:
            raise ValueError('send {"now": "2026-11-20T10:00:00"}, or {"now": null} for real time')
        clock = self.operation.clock
        clock.set(_moment(setting["now"]))
        return {"now": clock.now().isoformat(timespec="seconds")}

    def _spend_quota(self, body: bytes) -> object:
        setting = _setting(body)
        if set(setting) != {"spend"}:
            raise ValueError('send {"spend": 40}')
        requests = setting["spend"]
        if type(requests) is not int:
            raise ValueError(f'"spend" is a whole number, 0 or more: {requests!r}')
        self.operation.spend(requests)
        usage = self.operation.usage(OTHERS)
        return {"spent": usage.by_all, "available": usage.available}

    def _set_faults(self, body: bytes) -> object:
        setting = _setting(body)
        if setting == {"fault": None}:
            self.faults.clear()
        else:
            self._add_fault(setting)
        return {"pending": [_shown_fault(each) for each in self.faults.pending]}

    def _add_fault(self, setting: Setting) -> None:
        name, api, file, times = (
            setting.pop(key, None) for key in ("fault", "api", "file", "times")
        )
        fault = fault_by_name(name, setting)
        if not (api is None or isinstance(api, str)):
            raise ValueError(f'"api" is a text: {api!r}')
        if not (file is None or isinstance(file, str)):
            raise ValueError(f'"file" is a text: {file!r}')
        if not (times is None or type(times) is int):
            raise ValueError(f'"times" is a whole number: {times!r}')
        self.faults.add(fault, api=api, file=file, times=1 if times is None else times)

    def _list_requests(self, _: bytes) -> object:
        return [_shown_request(each) for each in self.journal.requests]


def _no(status: int, why: str) -> Answer:
    return Answer(status, {"error": why})


def _setting(body: bytes) -> Setting:
    try:
        return dict(json.loads(body).items())
    except (ValueError, AttributeError) as error:
        raise ValueError(f"a JSON object is wanted: {error}") from error


def _moment(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as error:
        raise ValueError(f'"now" is not like 2026-11-20T10:00:00: {text!r}') from error


def _shown_fault(pending: Pending) -> object:
    return {
        "fault": pending.fault.name,
        "file": pending.file,
        "api": pending.api,
        "times": pending.times,
    }


def _shown_request(request: Request) -> object:
    """A request as JSON, without the token."""
    took = None if request.ended is None else round(request.ended - request.started, 3)
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body.decode(errors="replace"),
        "token_sent": request.token is not None,
        "started": round(request.started, 3),
        "took": took,
        "status": request.status,
        "in_flight": request.in_flight,
        "cost": request.cost,
    }
