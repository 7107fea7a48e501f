"""real_time.php: the figures of this second, and the calls of the last minutes."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.endpoint import FOUND, Endpoint, Question
from tests.simulator.endpoints.common.waits import LEVELS, Waits
from tests.simulator.world.events import calls
from tests.simulator.world.missing_values import perhaps

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent, Skill
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.operation import Operation

STATES = ("READY", "TALK", "ACW", "RING", "Almuerzo", "Pausa activa")
AT_WORK = 24
"""The first so many agents are logged in."""


def now_of(question: Question) -> datetime:
    """The current second, with its zone."""
    return question.operation.clock.now().replace(microsecond=0)


def dice_of(question: Question, *about: object) -> Random:
    """Dice that change every second."""
    return question.operation.dice("real time", now_of(question).isoformat(), *about)


def agents_at_work(question: Question) -> tuple[Agent, ...]:
    """The agents who are logged in."""
    return question.operation.world.agents[:AT_WORK]


def _clock(seconds: int) -> str:
    """HH:MM:SS; more than 24 hours are possible."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _percent(dice: Random) -> str:
    return f"{dice.uniform(0, 100):.2f} %"


def local_text(moment: datetime, operation: Operation) -> str:
    """The local time of a moment, as text."""
    return f"{moment.astimezone(operation.clock.zone):%Y-%m-%d %H:%M:%S}"


def agents(question: Question) -> list[Row]:
    """One row per agent who is logged in."""
    rows = []
    times = ("ready_time", "inbound_time", "outbound_time", "acw_time", "ring_time", "login_time")
    for agent in agents_at_work(question):
        dice = dice_of(question, "agent", agent.id)
        inbound, outbound = dice.randint(0, 40), dice.randint(0, 60)
        rows.append(
            {
                "agent_id": agent.id,
                "agent_name": agent.name,
                "agent_status": dice.choice(STATES),
                "calls": str(inbound + outbound),
                "inbound": str(inbound),
                "outbound": str(outbound),
                "internal": str(dice.randint(0, 4)),
                "time_state_now": str(dice.randint(0, 3000)),
                **{name: _clock(dice.randint(0, 30_000)) for name in times},
                "aht_time": perhaps(dice, _clock(dice.randint(60, 600))),
                "ocupation": perhaps(dice, _percent(dice)),
                "aux_time": _clock(dice.randint(0, 100_000)),
            }
        )
    return rows


def calls_last_10(question: Question) -> list[Row]:
    """One row per leg of a call of the last 10 minutes."""
    operation = question.operation
    now = now_of(question)
    return [
        {
            "type_interaction": call.type,
            "result": call.result,
            "date": local_text(call.date, operation),
            "telephone": call.customer.phone,
            "customer_id": call.customer.id,
            "conn_id": call.conn_id,
        }
        for call in calls.between(operation, now - timedelta(minutes=10), now)
    ]


def hits_last_hour(question: Question) -> list[Row]:
    """One row per successful call of the last 60 minutes. The date has 14 digits."""
    operation = question.operation
    now = now_of(question)
    return [
        {
            "conn_id": call.conn_id,
            "type_interaction": call.type,
            "date": f"{call.date.astimezone(operation.clock.zone):%Y%m%d%H%M%S}",
            "telephone": call.customer.phone,
            "customer_id": call.customer.id,
            "hit": "yes",
        }
        for call in calls.between(operation, now - timedelta(minutes=60), now)
        if call.hit
    ]


def info_server(question: Question) -> list[Row]:
    """One row about the server."""
    dice = dice_of(question, "server")
    low, average, high = sorted(dice.uniform(5, 95) for _ in range(3))
    return [
        {
            "cpu_avg_10s": f"{average:.1f}",
            "cpu_max_10s": f"{high:.1f}",
            "cpu_min_10s": f"{low:.1f}",
            "ram": f"{dice.uniform(20, 90):.1f}",
            "calls": str(dice.randint(0, 60)),
            "connected_agents": str(AT_WORK),
        }
    ]


def _bare_object(around: dict[str, object], rows: list[Row], _: Question) -> object:
    return around | {"data": rows[0]}


def latency(question: Question) -> list[Row]:
    """One object with three lists: by agent, by IP address and by user of the PBX."""
    by_agent = [_latency_of(agent, question) for agent in agents_at_work(question)]
    addresses = sorted({row["ip"] for row in by_agent})
    return [
        {
            "by_agent": by_agent,
            "by_ip": [_latency_at(ip, by_agent, question) for ip in addresses],
            "by_pbx": [
                {"user": f"pbx{number}", "status": "OK", **_loss(dice_of(question, "pbx", number))}
                for number in range(1, 5)
            ],
        }
    ]


def _loss(dice: Random) -> Row:
    return {
        "tx_jitter": f"{dice.uniform(0, 20):.1f}",
        "rx_jitter": f"{dice.uniform(0, 20):.1f}",
        "tx_ploss": _percent(dice),
        "rx_ploss": _percent(dice),
    }


def _latency_of(agent: Agent, question: Question) -> Row:
    dice = dice_of(question, "latency", agent.id)
    last = now_of(question) - timedelta(seconds=dice.randrange(3600))
    return {
        "agent_id": agent.id,
        "latency_ms": str(dice.randint(8, 240)),
        "ip": f"203.0.113.{dice.randint(1, 6)}0",
        "version": "6.2.1",
        "agent_status": dice.choice(STATES),
        **_loss(dice),
        "network_rejection": _percent(dice),
        "connection_type": dice.choice(("Ethernet", "Wifi")),
        "platform": dice.choice(("app", "web")),
        "last_date": perhaps(dice, local_text(last, question.operation)),
    }


def _latency_at(ip: str, by_agent: list[Row], question: Question) -> Row:
    found = [int(row["latency_ms"]) for row in by_agent if row["ip"] == ip]
    return {
        "ip": ip,
        "total_agents": str(len(found)),
        "average_latency": f"{sum(found) / len(found):.2f}",
        "maximum": str(max(found)),
        "minimum": str(min(found)),
        "network_rejection": _percent(dice_of(question, "ip", ip)),
    }


def skills(question: Question) -> list[Row]:
    """One row per skill with its calls of today: all skills, or the one asked for."""
    now, wanted = now_of(question), question.query.get("skill_id")
    today: defaultdict[str, list[Call]] = defaultdict(list)
    midnight = now.replace(hour=0, minute=0, second=0)
    for call in calls.between(question.operation, midnight - timedelta(seconds=1), now):
        if call.skill:
            today[call.skill.id].append(call)
    return [
        _skill(question, each, today[each.id], now)
        for each in question.operation.world.skills
        if wanted in {"all", each.id}
    ]


def _skill(question: Question, skill: Skill, found: list[Call], now: datetime) -> Row:
    """The figures of a skill. They leave out customers who still wait."""
    waits = Waits([call for call in found if call.rang <= now])
    return {
        "skill_id": skill.id,
        "skill_name": skill.name,
        "calls_in_queue_now": str(len(found) - len(waits.calls)),
        "stat_inbound": str(len(waits.calls)),
        "stat_answer": str(len(waits.answered)),
        "stat_abandon": str(len(waits.abandoned)),
        **{f"service_level_{n}seg": waits.level(n) for n in LEVELS},
        "by_abandon": waits.abandon(),
    } | _level_asked_for(question, waits)


def _level_asked_for(question: Question, waits: Waits[Call]) -> Row:
    """The service level that the client asks for.

    It gets nothing extra for a level that every row has. The vendor's table promises a level for
    0 seconds then, but the vendor's example has none.
    """
    seconds = question.query.get("services_time", "")
    if not seconds.isdecimal() or int(seconds) in LEVELS:
        return {}
    return {f"service_level_{seconds}seg": waits.level(int(seconds))}


def campaigns(question: Question) -> list[Row]:
    """One row per campaign. Its id, its name and the share of a phone are one text."""
    rows = []
    for each in question.operation.world.campaigns:
        dice = dice_of(question, "campaign", each.id)
        dialled = dice.randint(0, len(each.customers))
        answered = dice.randint(0, dialled)
        rows.append(
            {
                "campaign": f"{each.id} - {each.name} - tel1: {dice.randint(0, 100)} %",
                "speed": str(dice.randint(1, 9)),
                "status": "started" if each.started else "stopped",
                "skill_id": each.skill.id,
                "records": str(len(each.customers)),
                "clean": str(len(each.customers) - dialled),
                "dial": str(dialled),
                "answer": str(answered),
                "no_answer": str(dialled - answered),
                "busy/congestion/failed": str(dice.randint(0, 9)),
                "answer_machine": str(dice.randint(0, 9)),
                "penetration_day": _percent(dice),
                "penetration_now": perhaps(dice, f"{dice.uniform(100, 2_000):,.2f} %"),
                "hits": str(dice.randint(0, answered)),
                "calls_x_min": f"{dice.uniform(0, 30):.1f}",
                "recycled": str(dice.randint(0, 5)),
            }
        )
    return rows


def recall(question: Question) -> list[Row]:
    """One row per call that is due in the next days; 15 rows."""
    operation = question.operation
    dice = operation.dice("recall", operation.clock.today())
    midnight = now_of(question).replace(hour=0, minute=0, second=0)
    rows = []
    for customer in dice.sample(operation.world.customers, 15):
        due = midnight + timedelta(days=1, seconds=dice.randrange(5 * 86_400))
        rows.append(
            {
                "type_recall": dice.choice(("manual", "auto")),
                "date_recall": f"{due:%Y-%m-%d %H:%M:%S}",
                "phone_number": customer.phone,
                "id_campaing": dice.choice(operation.world.campaigns).id,
                "id_agent": dice.choice(operation.world.agents).id,
            }
        )
    wanted = question.query["type"]
    return [row for row in rows if wanted in {"all", row["type_recall"]}]


ENDPOINTS = (
    Endpoint("real_time", "agents", 200, FOUND, agents),
    Endpoint("real_time", "calls_last_10", 200, FOUND, calls_last_10),
    Endpoint("real_time", "hits_last_hour", 200, FOUND, hits_last_hour),
    Endpoint("real_time", "info_server", "", "", info_server, wrap=_bare_object),
    Endpoint("real_time", "latency", 200, FOUND, latency),
    Endpoint("real_time", "skills", 200, FOUND, skills, ("skill_id",)),
    Endpoint("real_time", "campaigns", 200, FOUND, campaigns, bare=True),
    Endpoint("real_time", "recall", "200", FOUND, recall, ("type",)),
)
