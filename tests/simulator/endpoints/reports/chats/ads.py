"""reports_manager.php: chats that began with an ad or a post."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.chats.bot_sessions import journeys
from tests.simulator.endpoints.reports.chats.channels_and_transfers import WHATSAPP
from tests.simulator.endpoints.reports.chats.chat_list import opened
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Connector
    from tests.simulator.world.events.chats import Chat
    from tests.simulator.world.operation import Operation

LED_BY_AD = 0.3
ADS = 8


@dataclass(frozen=True, slots=True)
class _Ad:
    """An ad or a post that leads to WhatsApp."""

    url: str
    type: str
    id: str
    media_type: str
    media_url: str


def _ads(operation: Operation) -> list[_Ad]:
    dice = operation.dice("ads")
    ids = [str(dice.randint(10**14, 10**15)) for _ in range(ADS)]
    return [
        _Ad(
            url=f"https://fb.me/{id_[-9:]}?ref=campaña&n={number}",
            type="post" if number % 2 else "ad",
            id=id_,
            media_type=dice.choice(("image", "video")),
            media_url=f"https://example.com/media/{id_}",
        )
        for number, id_ in enumerate(ids)
    ]


@dataclass(frozen=True, slots=True)
class _Click:
    """A chat that began with an ad, or a bot session that did and led to no chat."""

    date: datetime
    id: str
    connector: Connector
    chat: Chat | None


def _clicks(report: Report) -> list[tuple[_Click, _Ad]]:
    """The clicks of the range with their ads, by date."""
    operation = report.question.operation
    ads = _ads(operation)
    begun = [_Click(each.opened, each.conn_id, each.connector, each) for each in opened(report)]
    begun += [
        _Click(each.begin, each.session.id, each.session.connector, None)
        for each in journeys(report)
        if each.chat is None
    ]
    found = []
    for click in begun:
        dice = operation.dice("click", click.id)
        if click.connector.channel == WHATSAPP and dice.random() < LED_BY_AD:
            found.append((click, dice.choice(ads)))
    return sorted(found, key=lambda each: (each[0].date, each[0].id))


@over_range
def chat_14(report: Report) -> list[Row]:
    """One row per chat that began with an ad, or bot session that led to no chat."""
    return [_clicked(report, click, ad) for click, ad in _clicks(report)]


def _clicked(report: Report, click: _Click, ad: _Ad) -> Row:
    chat = click.chat
    blank = missing(report.question.operation.dice("clicked", click.id))
    return {
        "source_url": ad.url,
        "source_type": ad.type,
        "source_id": ad.id,
        "chat_id": click.id,
        "rp_id": click.connector.routing_point,
        "agent_id": chat.agent.id if chat else blank,
        "media_type": ad.media_type,
        "media_url": ad.media_url,
        "date": stamp(report.local(click.date)),
        "cod_act": chat.code.id if chat and chat.coded_at <= report.known else blank,
    }


@over_range
def chat_15(report: Report) -> list[Row]:
    """One row in total: the sums of ``chat_14``."""
    sums: Counter[str] = Counter()
    for click, ad in _clicks(report):
        by = "agents" if click.chat else "chatbot"
        sums[f"{ad.type}_{by}"] += 1
        sums[f"total_{by}"] += 1
    columns = [f"{what}_{by}" for what in ("ad", "post", "total") for by in ("chatbot", "agents")]
    return [{column: str(sums[column]) for column in columns}] if sums else []


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in (
        (chat_14, "200"),
        (chat_15, "200"),
    )
)
