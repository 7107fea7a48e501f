"""reports_manager.php: offers to call customers back who gave up waiting."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Skill
    from tests.simulator.world.events.call import Call

OFFERED = 0.6
DECLINED = 0.25
REFUSED, ACCEPTED, REACHED = "NO", "YES", "OK"
FAILURES = ("NO USER", "FAIL")
OUTCOMES = ((REACHED, 60), ("NO USER", 15), ("FAIL", 15), ("STOP NEW", 10))
"""Percentages. Until the last attempt there is only the customer's answer."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """The offer to call a customer back, and everything that follows.

    ``attempts`` has no entries if the customer declines. The last attempt has a talk of ``talk``
    seconds and brings the ``outcome``.
    """

    call: Call
    skill: Skill
    attempts: tuple[datetime, ...]
    talk: int
    outcome: str

    def made(self, known: datetime) -> list[datetime]:
        """The attempts before or at a moment."""
        return [each for each in self.attempts if each <= known]

    def over(self, known: datetime) -> bool:
        """Whether the last attempt has ended at a moment."""
        lasts = timedelta(seconds=self.talk)
        return bool(self.attempts) and self.attempts[-1] + lasts <= known

    def status(self, known: datetime) -> str:
        """The status at a moment."""
        if self.over(known):
            return self.outcome
        return ACCEPTED if self.attempts else REFUSED


def _offers(report: Report) -> Iterator[CallBack]:
    """The offers to customers who called in the range."""
    for _, call in report.calls():
        if call.skill and not call.connected:
            dice = report.question.operation.dice("call back", call.conn_id)
            if dice.random() < OFFERED:
                yield _offer(dice, call, call.skill)


def _offer(dice: Random, call: Call, skill: Skill) -> CallBack:
    if dice.random() < DECLINED:
        return CallBack(call, skill, (), 0, REFUSED)
    [outcome] = dice.choices([name for name, _ in OUTCOMES], [share for _, share in OUTCOMES])
    talk = dice.randint(15, 600) if outcome == REACHED else 0
    return CallBack(call, skill, tuple(_attempts(dice, call.ended)), talk, outcome)


def _attempts(dice: Random, date: datetime) -> Iterator[datetime]:
    """Up to four attempts: the first soon, the others within two days."""
    for number in range(dice.randint(1, 4)):
        longest = 16 * 3600 if number else 2 * 3600
        date += timedelta(seconds=dice.randint(120, longest))
        yield date


@over_range
def diagram_2(report: Report) -> list[Row]:
    """One row per skill with offers: the sums of ``diagram_3``."""
    calls = Counter(call.skill.id for _, call in report.calls() if call.skill)
    offers: Counter[str] = Counter()
    statuses: Counter[tuple[str, str]] = Counter()
    for each in _offers(report):
        offers[each.skill.id] += 1
        statuses[each.skill.id, each.status(report.known)] += 1
    return [
        {
            "skill_id": skill,
            "treatment": str(offers[skill]),
            "customer_say_no": str(statuses[skill, REFUSED]),
            "customer_say_yes": str(offers[skill] - statuses[skill, REFUSED]),
            "recall_fail": str(sum(statuses[skill, failure] for failure in FAILURES)),
            "recall_ok": str(statuses[skill, REACHED]),
            # The share of all callers who were lost, but then reached.
            "service_level_up": percent(statuses[skill, REACHED], calls[skill]),
        }
        for skill in sorted(offers)
    ]


@over_range
def diagram_3(report: Report) -> list[Row]:
    """One row per offer, by the date of the call. It changes until the last attempt ends."""
    return [_row(report, each) for each in _offers(report)]


def _row(report: Report, each: CallBack) -> Row:
    call, known = each.call, report.known
    made, over = each.made(known), each.over(known)
    return {
        "skill_id": each.skill.id,
        "date_inbound_call": stamp(report.local(call.date)),
        "date_last_outbound_call": stamp(report.local(made[-1])) if made else call.blank,
        "status": each.status(known),
        "attempts": str(len(made)),
        "ani": call.customer.phone,
        "dial_phone": call.customer.phone if each.attempts else call.blank,
        "time_between_calls": (
            duration((made[-1] - call.date).total_seconds()) if made else call.blank
        ),
        "time": duration(each.talk) if over else call.blank,
        "billed_minutes": str(-(-each.talk // 60)) if over else call.blank,
        "customer_id": call.customer.id,
    }


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, 200, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows in (diagram_2, diagram_3)
)
