"""The shape of the simulator's world: a contact centre whose manager would believe the figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import percent, rows, seconds, total

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat
MONDAY = at("2026-10-26T00:00")
NOW = at("2026-11-23T12:00")
OPEN = range(8, 18)
"""Hours that are busy, or nearly."""


@dataclass
class Weeks:
    """What the reports say of whole weeks, day by day; ``date`` is in each row."""

    calls: list[Row] = field(default_factory=list)
    agents: list[Row] = field(default_factory=list)
    hours: list[Row] = field(default_factory=list)
    breaks: list[Row] = field(default_factory=list)


# The pace of the demo needs some weeks for as many calls.
@pytest.fixture(scope="module", params=[(1, 1.0, 1), (1, 0.2, 4), (7, 0.2, 4)], ids=str)
def told(request: pytest.FixtureRequest) -> Weeks:
    seed, pace, weeks = request.param
    sim = Simulator(seed=seed, pace=pace, now=NOW)
    found = Weeks()
    for number in range(7 * weeks):
        date = MONDAY + timedelta(days=number)
        days = (f"{date:%Y%m%d}000000", f"{date:%Y%m%d}235959")
        for api, each in (
            ("skill_7", found.calls),
            ("agent_8", found.hours),
            ("agent_1", found.agents),
            ("agent_3", found.breaks),
        ):
            each += [row | {"date": f"{date:%Y-%m-%d}"} for row in rows(sim, api, days)]
    return found


def hour(row: Row) -> int:
    return int(row["hour"].partition(":")[0])


def weekday(row: Row) -> int:
    return at(row["date"]).weekday()


def on_weekdays(found: Iterable[Row]) -> list[Row]:
    return [row for row in found if weekday(row) < 5]


def grouped(found: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Hashable, list[Row]]:
    groups: defaultdict[Hashable, list[Row]] = defaultdict(list)
    for row in found:
        groups[key(row)].append(row)
    return groups


def inbound(found: Iterable[Row], key: Callable[[Row], int]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for row in found:
        counts[key(row)] += int(row["inbound_calls"])
    return counts


def level(found: list[Row]) -> float:
    """The service level of 20 seconds of several rows together: a share of all inbound calls."""
    within = sum(percent(row["service_level_20seg"]) * int(row["inbound_calls"]) for row in found)
    return within / total(found, "inbound_calls")


def abandoned(found: list[Row]) -> float:
    return 100 * total(found, "abandon_calls") / total(found, "inbound_calls")


def handling(found: list[Row]) -> float:
    """Seconds to handle a call of several rows together."""
    spent = sum(seconds(row["aht"]) * int(row["answer_calls"]) for row in found)
    return spent / total(found, "answer_calls")


def occupancy(found: list[Row]) -> float:
    busy = sum(total(found, f"{name}_time") for name in ("inbound", "outbound", "acw"))
    return 100 * busy / (total(found, "login_time") - total(found, "aux_time"))


class TestWhen:
    def test_mornings_and_afternoons_are_busy(self, told: Weeks) -> None:
        calls = inbound(on_weekdays(told.calls), hour)
        morning, lunch, afternoon = (
            max(calls[9], calls[10]), calls[13], max(calls[14], calls[15]),
        )  # fmt: skip
        assert lunch < 0.75 * morning
        assert lunch < 0.9 * afternoon
        assert afternoon < morning
        for quiet in (7, 18, 19, 20):
            assert morning > 3 * calls[quiet]
        assert sum(calls[night] for night in (*range(6), 22, 23)) < 0.01 * calls.total()

    def test_weekends_are_quiet(self, told: Weeks) -> None:
        calls = inbound(told.calls, weekday)
        assert 0 < calls[6] < 0.3 * calls[0]
        assert 0.3 * calls[0] < calls[5] < 0.65 * calls[0]
        assert all(calls[day] > 0.7 * calls[0] for day in range(1, 5))
        assert calls[0] > 0.95 * max(calls.values())


class TestService:
    def test_most_are_answered_soon_but_fewer_when_it_is_busy(self, told: Weeks) -> None:
        assert 75 < level(told.calls) < 88
        by_hour = grouped(on_weekdays(told.calls), hour)
        assert all(62 < level(by_hour[each]) < 95 for each in OPEN)
        assert level(by_hour[9] + by_hour[10]) < level(by_hour[17] + by_hour[18]) - 5

    def test_few_give_up(self, told: Weeks) -> None:
        assert 3 < abandoned(told.calls) < 8
        by_day = grouped(told.calls, weekday)
        assert all(2 < abandoned(by_day[day]) < 10 for day in range(6))

    def test_skills_differ(self, told: Weeks) -> None:
        skills = grouped(told.calls, lambda row: row["skill_name"])
        assert len(skills) == 7
        counts = sorted(total(found, "inbound_calls") for found in skills.values())
        assert counts[-1] > 3 * counts[0]
        times = {name: handling(found) for name, found in skills.items()}
        assert times["Soporte técnico"] > 1.3 * times["Citas"]
        assert level(skills["Ventas"]) > level(skills["Soporte técnico"]) + 4

    def test_calls_take_some_minutes(self, told: Weeks) -> None:
        assert 240 < handling(told.calls) < 360


class TestStaff:
    def test_agents_are_there_when_they_are_needed(self, told: Weeks) -> None:
        assert 65 < occupancy(told.hours) < 85
        by_hour = grouped(on_weekdays(told.hours), hour)
        assert all(45 < occupancy(by_hour[each]) < 100 for each in OPEN)

    def test_agents_who_talk_are_logged_in(self, told: Weeks) -> None:
        calls = total(told.agents, "calls")
        absent = [row for row in told.agents if seconds(row["login_time"]) == 0]
        assert total(absent, "calls") < 0.005 * calls

    def test_breaks_have_their_reasons(self, told: Weeks) -> None:
        share = total(told.agents, "aux_time") / total(told.agents, "login_time")
        assert 0.06 < share < 0.15
        spent = {
            reason: total(found, "time") / len(found) / 60
            for reason, found in grouped(told.breaks, lambda row: row["aux_state"]).items()
        }
        assert set(spent) == {"Almuerzo", "Pausa activa", "Baño", "Capacitación ✏️"}
        assert 30 < spent["Almuerzo"] < 60
        assert spent["Baño"] < 9

    def test_a_day_of_an_agent_adds_up(self, told: Weeks) -> None:
        for row in told.agents:
            calls, busy = int(row["calls"]), total([row], "inbound_time") + total(
                [row], "outbound_time"
            ) + total([row], "acw_time")  # fmt: skip
            assert calls == sum(int(row[name]) for name in ("inbound", "outbound", "internal"))
            assert abs(seconds(row["aht"]) * calls - busy) <= calls
            available = seconds(row["login_time"]) - seconds(row["aux_time"])
            if available > 0:
                assert percent(row["occupancy"]) == pytest.approx(100 * busy / available, abs=0.01)


def test_pace_makes_more_or_less_of_the_same() -> None:
    days = ("20261116000000", "20261122235959")
    counts = [
        len(rows(Simulator(seed=1, pace=pace, now=NOW), "cdr_1", days)) for pace in (0.1, 0.2, 0.4)
    ]
    assert counts[1] == pytest.approx(2 * counts[0], rel=0.1)
    assert counts[2] == pytest.approx(2 * counts[1], rel=0.1)
