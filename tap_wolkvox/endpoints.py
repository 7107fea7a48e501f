"""The endpoints that are streams: one table, one line an endpoint.

A new endpoint is a line here and, where its columns are new, a file in `schemas/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from tap_wolkvox.shapes import (
    LIST,
    OneObject,
    Rows,
    RowsByKind,
    RowsByName,
    RowsInRows,
    RowsWithEarliest,
    Shape,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ROW_CAP = 60_000
"""Rows at which an answer may have been cut: the API's limit for one answer."""

SERVER = "wolkvox_server"
"""Column that every row begins with: ids repeat across servers."""


class Kind(Enum):
    """How the rows of an endpoint relate to time.

    The value are the columns that the tap adds for it.
    """

    SNAPSHOT = ("snapshot_date",)
    """Figures of the moment they are asked for: stamped with the day, to keep their history."""

    REAL_TIME = ("snapshot_at",)
    """The same, of a moment: stamped with the second."""

    CATALOGUE = ("last_seen_at",)
    """The things that exist now: what is gone keeps the stamp it had."""

    EVENT = ("row_key",)
    """Things that happened, each with its own date, told apart by a hash."""

    AGGREGATE = ()
    """Figures of a day or an hour, with its date."""

    AGGREGATE_OVER_WINDOW = ("window_date", "window_start", "window_end")
    """Figures of the time asked for, which is a day: stamped with it, for they hold no date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """Where an endpoint that answers for one id gets its ids.

    Args:
        stream: The stream whose rows have them.
        column: Its column that holds them: also the parameter, and a column of the child.
        in_body: Whether the parameter goes into a JSON body instead of the query.
        unless: Column of the parent, and the values with which an id is not asked for, because
            there can be nothing.
    """

    stream: str
    column: str
    in_body: bool = False
    unless: tuple[str, frozenset[str]] | None = None

    def has(self, record: Mapping[str, Any]) -> bool:
        """Whether there may be something for the id of a record of the parent."""
        column, values = self.unless or ("", frozenset())
        return str(record.get(column)).strip().lower() not in values


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint of the API.

    Args:
        file: File of the API that serves it, without `.php`.
        api: Its name there.
        kind: How its rows relate to time.
        key: Columns of a row that tell it from the others of the same answer.
        schema: Stem of its file in `schemas/`, where it shares one; else the stream's name.
        shape: Where its rows lie in an answer, and in what form.
        asked: Parameters that it is always asked with.
        parent: Where its ids come from, if it answers for one id at a time.
        date: Column of an event's own date.
        reach: How far back the answer goes, where it holds what happened last.
        days: Days of the longest range, where it is asked for one.
        cap: Rows at which an answer may have been cut.
        cut_by: Where the ids come from that it can be asked for one by one, should an answer be
            cut, if cutting the range is no way: a row is in an answer only if a second date of
            its own, which it does not show, lies in the range too. So ranges reach back as far as
            they may.
        total: Column that holds `TOTAL` in a row that adds up the others, and is none of them.
        selected: Whether it is read unless somebody says otherwise.
    """

    file: str
    api: str
    kind: Kind
    key: tuple[str, ...] = ()
    schema: str = ""
    shape: Shape = LIST
    asked: Mapping[str, str] = field(default_factory=dict)
    parent: Parent | None = None
    date: str | None = None
    reach: timedelta | None = None
    days: int = 0
    cap: int = ROW_CAP
    cut_by: Parent | None = None
    total: str = ""
    selected: bool = False

    @property
    def name(self) -> str:
        """Name of the stream."""
        return f"{self.file.removesuffix('_manager')}_{self.api}"

    @property
    def schema_name(self) -> str:
        """Stem of the file in `schemas/` that declares its columns."""
        return self.schema or self.name

    @property
    def made(self) -> tuple[str, ...]:
        """Columns of a row that the API does not send in it: the id asked for, a name around it."""
        asked = (self.parent.column,) if self.parent else ()
        return (*asked, *self.shape.made)

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns that tell a row from all others, those of other servers and moments too."""
        match self.kind:
            case Kind.EVENT:
                return (SERVER, *self.kind.value)
            case Kind.CATALOGUE | Kind.AGGREGATE:
                return (SERVER, *self.key)
            case Kind.AGGREGATE_OVER_WINDOW:
                return (SERVER, self.stamp, *self.key)
        return (SERVER, *self.key, self.stamp)

    @property
    def replication_key(self) -> str | None:
        """Column that a bookmark speaks of; none where all is read each time."""
        if self.kind is Kind.CATALOGUE:
            return None
        return self.date or self.stamp

    @property
    def stamp(self) -> str:
        """The first of the columns that the tap adds for its kind, if any."""
        return next(iter(self.kind.value), "")


def _billing(api: str) -> Endpoint:
    return Endpoint(
        file="billing",
        api=api,
        kind=Kind.SNAPSHOT,
        key=("operation", "description"),
        schema="billing",
        selected=True,
    )


def _single(api: str) -> Endpoint:
    return Endpoint(
        file="information", api=api, kind=Kind.SNAPSHOT, shape=OneObject(), selected=True
    )


def _catalogue(api: str, *key: str, **others: Any) -> Endpoint:
    line: dict[str, Any] = {"file": "information", "selected": True} | others
    return Endpoint(api=api, kind=Kind.CATALOGUE, key=key, **line)


def _real_time(api: str, *key: str, **others: Any) -> Endpoint:
    return Endpoint(file="real_time", api=api, kind=Kind.REAL_TIME, key=key, **others)


def _feed(api: str, *key: str, minutes: int) -> Endpoint:
    reach = timedelta(minutes=minutes)
    return Endpoint(file="real_time", api=api, kind=Kind.EVENT, key=key, date="date", reach=reach)


def _event(api: str, *key: str, date: str = "date", **others: Any) -> Endpoint:
    line: dict[str, Any] = {"file": "reports_manager", "days": 31} | others
    return Endpoint(api=api, kind=Kind.EVENT, key=key, date=date, **line)


def _aggregate(api: str, *key: str, **others: Any) -> Endpoint:
    line: dict[str, Any] = {"file": "reports_manager", "days": 31} | others
    return Endpoint(api=api, kind=Kind.AGGREGATE, key=key, date="date", **line)


def _over_window(api: str, *key: str, **others: Any) -> Endpoint:
    kind = Kind.AGGREGATE_OVER_WINDOW
    return Endpoint(file="reports_manager", api=api, kind=kind, key=key, days=1, **others)


_AGENTS = Parent(stream="information_agents", column="agent_id")
_SKILLS = Parent(stream="information_skills", column="skill_id")
_CAMPAIGNS = Parent(stream="information_campaigns", column="campaign_id")
_CONNECTORS = Parent(
    stream="information_connectors",
    column="connector_id",
    in_body=True,
    # Templates are WhatsApp's. These are the other documented channels; an unknown one is asked.
    unless=(
        "channel",
        frozenset(
            {"chat-web", "email", "facebook", "instagram", "sms_bidirect", "telegram", "twitter"}
        ),
    ),
)

# Keys are natural keys of the row. Those of feeds hold no value that may change between two polls,
# and all that tells the legs of one call apart: the first to leave the feed must not rename others.
ENDPOINTS: tuple[Endpoint, ...] = (
    _billing("agent_script"),
    _billing("intelligent_dial"),
    _billing("gamification"),
    _billing("ivr_minutes"),
    _billing("rec_minutes"),
    _billing("amazon_s3"),
    _billing("rsync"),
    _billing("rsync_s3_mp3"),
    _billing("rec_screen"),
    _billing("interactions"),
    _billing("rec_screen_on_demand"),
    _billing("speech_analytics"),
    _billing("wp_connectors"),
    _billing("sentiment_analysis"),
    _billing("chat_licenses"),
    _billing("interaction_licenses"),
    _billing("video_call"),
    _billing("pbx_licenses"),
    _billing("ivr_calls"),
    _billing("asr_calls"),
    _billing("vision"),
    _billing("tts_chars"),
    _billing("wp_connectors_official"),
    _billing("contact_center_licenses"),
    _billing("amd_ai"),
    _billing("stereo_rec"),
    _billing("nlp_ai"),
    _catalogue("routing_points", "rp_id"),
    _catalogue("skills", "skill_id"),
    _catalogue("campaigns", "campaign_id"),
    _catalogue("agents", "agent_id"),
    _catalogue("connectors", "connector_id"),
    _catalogue("agents_in_skill", "skill_id", "agent_id", parent=_SKILLS, selected=False),
    _catalogue("activity_codes", "cod_act", "type_code"),
    _catalogue("get_dnc", "phone_number", "type", asked={"type": "all"}, selected=False),
    _catalogue("get_ip", "operation", "ip"),
    _catalogue("audio_list", "audio_id"),
    _single("services"),
    _single("token_info"),
    _single("storage"),
    _catalogue(
        "quality_matrix",
        "survey",
        "category",
        "attribute",
        file="quality",
        shape=RowsByName(column="survey"),
        selected=False,
    ),
    _catalogue(
        "list_templates",
        "connector_id",
        "id",
        file="whatsapp",
        parent=_CONNECTORS,
        shape=Rows(path=("data", "meta_templates")),
        selected=False,
    ),
    Endpoint(
        file="whatsapp",
        api="agent_chat",
        kind=Kind.SNAPSHOT,
        key=("agent_id", "channel_id", "chat_id"),
        parent=_AGENTS,
        shape=Rows(path=("data", "data")),
    ),
    Endpoint(
        file="campaign",
        api="campaign_15",
        kind=Kind.SNAPSHOT,
        key=("campaign_id", "id_cliente"),
        parent=_CAMPAIGNS,
        shape=Rows(path=("records",)),
    ),
    _feed("calls_last_10", "conn_id", "date", "type_interaction", "telephone", minutes=10),
    _feed("hits_last_hour", "conn_id", "date", "type_interaction", "telephone", minutes=60),
    _real_time("agents", "agent_id"),
    _real_time("skills", "skill_id", asked={"skill_id": "all"}),
    _real_time("campaigns", "campaign"),
    _real_time(
        "recall", "id_campaing", "phone_number", "date_recall", "type_recall", asked={"type": "all"}
    ),
    _real_time("chats", "agent_id", "conn_id", shape=RowsInRows(field="active_chats")),
    _real_time(
        "interactions", "agent_id", "conn_id", shape=RowsInRows(field="active_interactions")
    ),
    _real_time(
        "latency",
        "kind",
        "kind_id",
        shape=RowsByKind(
            kinds={
                "by_agent": ("agent", "agent_id"),
                "by_ip": ("ip", "ip"),
                "by_pbx": ("pbx", "user"),
            }
        ),
    ),
    _real_time("info_server", shape=OneObject()),
    _event("cdr_1", "conn_id", "agent_id", "date", total="agent_name", selected=True),
    _over_window("agent_1", "agent_id", selected=True),
    _over_window("agent_3", "agent_id", "aux_state", selected=True),
    _over_window("agent_6", "hour"),
    _event("agent_7", "agent_id", "date", "login", selected=True),
    _aggregate("agent_8", "agent_id", "date", "hour", selected=True),
    _event("agent_14", "agent_id", "date_ini", "agent_status", date="date_ini"),
    _event(
        "campaign_3",
        *("campaign_id", "customer_id", "telephone", "date"),
        asked={"campaign_id": "all"},
        cut_by=_CAMPAIGNS,
    ),
    _event(
        "campaign_7",
        *("campaign_id", "customer_id", "telephone", "date"),
        asked={"campaign_id": "all"},
    ),
    _over_window("skill_4", "skill_id", "hour", asked={"skill_id": "all"}),
    _over_window("skill_5", "skill_id", "hour", asked={"skill_id": "all"}),
    _aggregate("skill_7", "date", "skill_id", "hour", asked={"skill_id": "all"}, selected=True),
    _event("chat_1", "conn_id", "agent_id"),
    _event(
        "chat_2",
        *("conn_id", "date"),
        shape=RowsWithEarliest(field="conversation", inner="date", column="date"),
    ),
    _over_window("chat_16", "agent_id"),
    _event("diagram_1", "conn_id", "date", "cod_opc_menu"),
    _event("diagram_9", "session_id", "date", "customer_query", cap=6_000),
    _event("audit_log", "date", "ip", "user", "action", "workstation", file="information"),
)

BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}
"""The endpoints by the names of their streams."""

PARENTS = frozenset(endpoint.parent.stream for endpoint in ENDPOINTS if endpoint.parent)
"""Streams whose ids others need."""
