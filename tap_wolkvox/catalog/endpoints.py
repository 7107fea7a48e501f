"""The table of endpoints: each line is an endpoint of the API, and a stream of the tap.

A new endpoint needs a line here and, unless it shares the columns of another one, a file in
`schemas/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from tap_wolkvox.response.extractors import (
    LIST,
    KeyedRow,
    KeyedRows,
    NestedRows,
    RowExtractor,
    Rows,
    RowsByKind,
    RowsWithEarliest,
    SingleObject,
)
from tap_wolkvox.response.parser import ROW_CAP

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER = "wolkvox_server"
"""The first column of every stream: an id may occur on several servers."""


class Kind(Enum):
    """How the rows of an endpoint relate to time."""

    SNAPSHOT = "snapshot"
    """Current figures. The tap adds the day, so that a table keeps one state per day."""

    REAL_TIME = "real time"
    """Current figures. The tap adds the second, so that a table keeps each state."""

    CATALOGUE = "catalogue"
    """Things that exist now. The tap adds the time; a thing that was deleted keeps its last one."""

    EVENT = "event"
    """Things that happened, each with its own date. The tap adds a hash as the key."""

    AGGREGATE = "aggregate"
    """Figures of a day or an hour. The row has the date."""

    AGGREGATE_OVER_WINDOW = "aggregate over window"
    """Figures of the requested range, a day at most. The row has no date, so the tap adds it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the tap adds."""
        return _ADDED_COLUMNS[self]


# Not the values of the members: `enum` in Python 3.11.2 turns the value `()` into an `object()`.
_ADDED_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SNAPSHOT: ("snapshot_date",),
    Kind.REAL_TIME: ("snapshot_at",),
    Kind.CATALOGUE: ("last_seen_at",),
    Kind.EVENT: ("row_key",),
    Kind.AGGREGATE: (),
    Kind.AGGREGATE_OVER_WINDOW: ("window_date", "window_start", "window_end"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSpec:
    """The ids for which an endpoint needs a request each.

    Args:
        column: Column that the tap adds to the rows of a response: the id of the request.
        stream: The parent stream: its rows have the ids, in a column of the same name.
        listed: The ids, if no stream has them: the values in the documentation.
        parameter: Name of the request parameter, if it differs from the column.
        also: Columns of the parent stream that are request parameters too.
        in_body: Whether the parameters are sent as a JSON body instead of the query.
        unless: A column of the parent stream, and values of it. An id with such a value can have no
            rows, so no request is sent for it.
    """

    column: str
    stream: str = ""
    listed: tuple[str, ...] = ()
    parameter: str = ""
    also: tuple[str, ...] = ()
    in_body: bool = False
    unless: tuple[str, frozenset[str]] | None = None

    def __str__(self) -> str:
        return f"each id of `{self.stream}`" if self.stream else f"each `{self.request_parameter}`"

    @property
    def request_parameter(self) -> str:
        """Name of the request parameter for an id."""
        return self.parameter or self.column

    def may_have_rows(self, record: Mapping[str, Any]) -> bool:
        """Whether the id in a record of the parent stream may have rows."""
        column, values = self.unless or ("", frozenset())
        return str(record.get(column)).strip().lower() not in values


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint of the API.

    Args:
        php_file: PHP file of the API, without `.php`: the last part of the URL.
        api: Value of the parameter `api`, which selects the endpoint of that file.
        kind: How the rows relate to time.
        key: Columns of the natural key: they are unique within a response.
        schema: Name of the file in `schemas/`, without `.json`, if it is not the stream's name.
        extractor: Finds the rows in the body of a response.
        params: Parameters of every request.
        partition: The ids for which the endpoint needs a request each; None if one response has
            all rows. If `params` has a value for the same parameter (`all`), a request with that
            value is sent first, and requests for ids only if it returns rows.
        has_natural_id: Whether Wolkvox documents the key as the unique id of an event, so that the
            stream needs no `row_key`.
        date: Column with the date of a row.
        history: How far back the response of a feed goes, which lists the latest events.
        days: Length of the longest range, in days; 0 if the endpoint takes no dates.
        row_cap: Number of rows from which on a response may be truncated.
        split_by: The ids for which requests can be sent if a response is truncated and a shorter
            range does not help. It does not help if the API compares two dates of a row with the
            range, and the row shows only one of them: a short range would lose rows. So the tap
            requests ranges that begin as early as the API allows.
        totals: Columns one of which holds `TOTAL` in a row of totals, as documented by Wolkvox. For
            other endpoints, the ids of a row decide.
        selected: Whether the stream is selected by default.
    """

    php_file: str
    api: str
    kind: Kind
    key: tuple[str, ...] = ()
    schema: str = ""
    extractor: RowExtractor = LIST
    params: Mapping[str, str] = field(default_factory=dict)
    partition: PartitionSpec | None = None
    has_natural_id: bool = False
    date: str | None = None
    history: timedelta | None = None
    days: int = 0
    row_cap: int = ROW_CAP
    split_by: PartitionSpec | None = None
    totals: tuple[str, ...] = ()
    selected: bool = False

    @property
    def name(self) -> str:
        """Name of the stream."""
        return f"{self.php_file.removesuffix('_manager')}_{self.api}"

    @property
    def schema_name(self) -> str:
        """Name of the file in `schemas/`, without `.json`, that declares the columns."""
        return self.schema or self.name

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """Columns that the tap fills in although they belong to the row in the API's sense.

        The id of the request, or a name that encloses the row in the JSON of the response.
        """
        requested = (self.partition.column,) if self.partition else ()
        return (*requested, *self.extractor.non_payload_columns)

    @property
    def added_columns(self) -> tuple[str, ...]:
        """Columns that the tap adds."""
        return () if self.has_natural_id else self.kind.columns

    @property
    def probe_all_first(self) -> bool:
        """Whether a request for all ids comes first, to find out whether there are any rows."""
        return self.partition is not None and self.partition.request_parameter in self.params

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key: unique across all servers and all runs."""
        match self.kind:
            case Kind.EVENT:
                return (SERVER, *(self.added_columns or self.key))
            case Kind.CATALOGUE | Kind.AGGREGATE:
                return (SERVER, *self.key)
            case Kind.AGGREGATE_OVER_WINDOW:
                return (SERVER, self.stamp_column, *self.key)
        return (SERVER, *self.key, self.stamp_column)

    @property
    def replication_key(self) -> str | None:
        """Column of the bookmark; None if each run reads all rows."""
        if self.kind is Kind.CATALOGUE:
            return None
        return self.date or self.stamp_column

    @property
    def stamp_column(self) -> str:
        """The first of the columns that the tap adds; empty if it adds none."""
        return next(iter(self.added_columns), "")


def _billing(api: str) -> Endpoint:
    return Endpoint(
        php_file="billing",
        api=api,
        kind=Kind.SNAPSHOT,
        key=("operation", "description"),
        schema="billing",
        selected=True,
    )


def _single(api: str) -> Endpoint:
    return Endpoint(
        php_file="information", api=api, kind=Kind.SNAPSHOT, extractor=SingleObject(), selected=True
    )


def _catalogue(api: str, *key: str, **others: Any) -> Endpoint:
    line: dict[str, Any] = {"php_file": "information", "selected": True} | others
    return Endpoint(api=api, kind=Kind.CATALOGUE, key=key, **line)


def _real_time(api: str, *key: str, **others: Any) -> Endpoint:
    return Endpoint(php_file="real_time", api=api, kind=Kind.REAL_TIME, key=key, **others)


def _feed(api: str, *key: str, minutes: int) -> Endpoint:
    reach = timedelta(minutes=minutes)
    return Endpoint(
        php_file="real_time", api=api, kind=Kind.EVENT, key=key, date="date", history=reach
    )


def _event(api: str, *key: str, date: str = "date", **others: Any) -> Endpoint:
    line: dict[str, Any] = {"php_file": "reports_manager", "days": 31} | others
    return Endpoint(api=api, kind=Kind.EVENT, key=key, date=date, **line)


def _aggregate(api: str, *key: str, date: str = "date", **others: Any) -> Endpoint:
    line: dict[str, Any] = {"php_file": "reports_manager", "days": 31} | others
    return Endpoint(api=api, kind=Kind.AGGREGATE, key=key, date=date, **line)


def _over_window(api: str, *key: str, **others: Any) -> Endpoint:
    kind = Kind.AGGREGATE_OVER_WINDOW
    return Endpoint(php_file="reports_manager", api=api, kind=kind, key=key, days=1, **others)


_AGENTS = PartitionSpec(stream="information_agents", column="agent_id")
_SKILLS = PartitionSpec(stream="information_skills", column="skill_id")
_CAMPAIGNS = PartitionSpec(stream="information_campaigns", column="campaign_id")
_GROUPS = PartitionSpec(
    column="cod_act_group", parameter="cod_act", listed=("cod_act1", "cod_act2")
)
_ALL_CAMPAIGNS = {"campaign_id": "all"}
_ALL_SKILLS = {"skill_id": "all"}
_CONNECTORS = PartitionSpec(
    stream="information_connectors",
    column="connector_id",
    in_body=True,
    # Only WhatsApp has templates. These are the other documented channels. For a channel that is
    # not documented, a request is sent.
    unless=(
        "channel",
        frozenset(
            {"chat-web", "email", "facebook", "instagram", "sms_bidirect", "telegram", "twitter"}
        ),
    ),
)

# The columns after `api` are the natural key. For feeds, no key column may change between two
# requests, and the key must tell the legs of one call apart. Otherwise the number in `row_key`
# would: when the first leg leaves the feed, all others would get new keys.
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
    _catalogue("agents_in_skill", "skill_id", "agent_id", partition=_SKILLS, selected=False),
    _catalogue("activity_codes", "cod_act", "type_code"),
    _catalogue("get_dnc", "phone_number", "type", params={"type": "all"}, selected=False),
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
        php_file="quality",
        extractor=KeyedRows(column="survey"),
        selected=False,
    ),
    _catalogue(
        "list_templates",
        "connector_id",
        "id",
        php_file="whatsapp",
        partition=_CONNECTORS,
        extractor=Rows(path=("data", "meta_templates")),
        selected=False,
    ),
    Endpoint(
        php_file="whatsapp",
        api="agent_chat",
        kind=Kind.SNAPSHOT,
        key=("agent_id", "channel_id", "chat_id"),
        partition=_AGENTS,
        extractor=Rows(path=("data", "data")),
    ),
    Endpoint(
        php_file="campaign",
        api="campaign_15",
        kind=Kind.SNAPSHOT,
        key=("campaign_id", "id_cliente"),
        partition=_CAMPAIGNS,
        extractor=Rows(path=("records",)),
    ),
    _feed("calls_last_10", "conn_id", "date", "type_interaction", "telephone", minutes=10),
    _feed("hits_last_hour", "conn_id", "date", "type_interaction", "telephone", minutes=60),
    _real_time("agents", "agent_id"),
    _real_time("skills", "skill_id", params=_ALL_SKILLS),
    _real_time("campaigns", "campaign"),
    _real_time(
        "recall",
        "id_campaing",
        "phone_number",
        "date_recall",
        "type_recall",
        params={"type": "all"},
    ),
    _real_time("chats", "agent_id", "conn_id", extractor=NestedRows(field="active_chats")),
    _real_time(
        "interactions", "agent_id", "conn_id", extractor=NestedRows(field="active_interactions")
    ),
    _real_time(
        "latency",
        "kind",
        "kind_id",
        extractor=RowsByKind(
            kinds={
                "by_agent": ("agent", "agent_id"),
                "by_ip": ("ip", "ip"),
                "by_pbx": ("pbx", "user"),
            }
        ),
    ),
    _real_time("info_server", extractor=SingleObject()),
    _event("cdr_1", "conn_id", "agent_id", "date", selected=True),
    _over_window("cdr_2", "agent_name"),
    _event("cdr_3", "conn_id", "date", "telephone"),
    _over_window("cdr_4", "interval", extractor=KeyedRow(column="interval")),
    _event("cdr_5", "conn_id", "date", "telephone"),
    _over_window("cdr_6", "result"),
    _event("cdr_7", "date", "type_nlp", "nlp_channel", "session_id"),
    _over_window("cdr_8", "type_nlp"),
    _event("cdr_9", "date", "channel", "to", "subject"),
    _event("cdr_10", "agent_id", "date_ini", date="date_ini"),
    _event("cdr_11", "date", "item", "value"),
    _over_window("agent_1", "agent_id", selected=True),
    _event("agent_2", "agent_id", "date_ini", "agent_status", date="date_ini", partition=_AGENTS),
    _over_window("agent_3", "agent_id", "aux_state", selected=True),
    _over_window("agent_4", "agent_id", "campaign_id"),
    _over_window("agent_5", "agent_id", "hour", extractor=NestedRows(field="status_x_hour")),
    _over_window("agent_6", "hour"),
    _event("agent_7", "agent_id", "date", "login", selected=True),
    _aggregate("agent_8", "agent_id", "date", "hour", selected=True),
    _aggregate("agent_8_1", "agent_id", "date", "hour"),
    _over_window("agent_9", "agent_name"),
    _event("agent_10", "conn_id", "agent_id", "type_action", "date"),
    _over_window("agent_11", "skill_name", "agent_id", extractor=NestedRows(field="agents")),
    _over_window("agent_12", "agent_id"),
    _event("agent_13", "conn_id", "agent_id", "type_interaction", "date"),
    _event("agent_13_1", "conn_id_transfer", has_natural_id=True),
    _event("agent_14", "agent_id", "date_ini", "agent_status", date="date_ini"),
    _event("agent_15", "id_call", date="date_preview", has_natural_id=True),
    _over_window("agent_16", "id_agent"),
    _over_window("act_1", "cod_act_group", "agent_dni", "agent_name", "cod_act", partition=_GROUPS),
    _over_window("act_2", "cod_act_group", "skill_id", "cod_act", partition=_GROUPS),
    _event("act_3", "cod_act_group", "conn_id", "agent_id", "date", partition=_GROUPS),
    _over_window("act_4", "agent_id"),
    _over_window("act_5", "cod_act_group", "cod_act", partition=_GROUPS),
    _over_window(
        "campaign_1", "campaign_id", "result", params=_ALL_CAMPAIGNS, partition=_CAMPAIGNS
    ),
    _over_window(
        "campaign_2",
        *("campaign_id", "cod_act"),
        params=_ALL_CAMPAIGNS,
        partition=_CAMPAIGNS,
        totals=("cod_act",),
    ),
    _event(
        "campaign_3",
        *("campaign_id", "customer_id", "telephone", "date"),
        params=_ALL_CAMPAIGNS,
        split_by=_CAMPAIGNS,
    ),
    _over_window(
        "campaign_4", "campaign_id", "result", params=_ALL_CAMPAIGNS, partition=_CAMPAIGNS
    ),
    _event(
        "campaign_5",
        *("campaign_id", "customer_id", "conn_id", "type_of_row", "date"),
        params=_ALL_CAMPAIGNS,
        totals=("type_of_row",),
    ),
    _over_window("campaign_6", "campaign_id", params=_ALL_CAMPAIGNS),
    _event(
        "campaign_7",
        *("campaign_id", "customer_id", "telephone", "date"),
        params=_ALL_CAMPAIGNS,
    ),
    _over_window(
        "campaign_8", "campaign_id", "telephone", params=_ALL_CAMPAIGNS, partition=_CAMPAIGNS
    ),
    _event(
        "campaign_9",
        *("campaing_id", "telephone", "date"),
        date="last_update",
        params=_ALL_CAMPAIGNS,
    ),
    _over_window(
        "campaign_10", "campaign_id", "machinecode", params=_ALL_CAMPAIGNS, partition=_CAMPAIGNS
    ),
    _over_window("skill_1", "skill_id", params=_ALL_SKILLS),
    _event("skill_2", "conn_id", "skill_id", "date", params=_ALL_SKILLS),
    _aggregate("skill_3", "skill_name", "date", params=_ALL_SKILLS),
    _over_window("skill_4", "skill_id", "hour", params=_ALL_SKILLS, partition=_SKILLS),
    _over_window("skill_4_1", "skill_id", "hour", params=_ALL_SKILLS, partition=_SKILLS),
    _over_window("skill_4_2", "skill_id", "hour", params=_ALL_SKILLS, partition=_SKILLS),
    _over_window("skill_5", "skill_id", "hour", params=_ALL_SKILLS, partition=_SKILLS),
    _over_window("skill_6", "skill_id", "dnis", params=_ALL_SKILLS, partition=_SKILLS),
    _aggregate("skill_7", "date", "skill_id", "hour", params=_ALL_SKILLS, selected=True),
    _over_window("skill_8", "skill_id", params=_ALL_SKILLS),
    _over_window("skill_9", "skill_id", params=_ALL_SKILLS),
    _event("skill_10", "conn_id", "skill_id", "date", params=_ALL_SKILLS),
    _over_window("skill_11", "skill_id", "type_interaction", params=_ALL_SKILLS, partition=_SKILLS),
    _event("chat_1", "conn_id", "agent_id"),
    _event(
        "chat_2",
        *("conn_id", "date"),
        extractor=RowsWithEarliest(field="conversation", inner="date", column="date"),
    ),
    _over_window("chat_3", "channel"),
    _event(
        "chat_4",
        *("case_id", "date_creation"),
        date="date_creation",
        params={"include_attachments": "false", "attach_array": "no"},
    ),
    _over_window("chat_5", "agent_name"),
    _aggregate("chat_6", "date"),
    _over_window("chat_7", "agent_name", "cod_act"),
    _event("chat_8", "session_id", "start_date", date="start_date"),
    _event("chat_9", "conn_id", "date", "transfer_agent_id"),
    _event("chat_10", "conn_id", "date"),
    _event("chat_11", "conn_id", "date", "transfer_agent_id"),
    _event("chat_12", "conn_id", "date"),
    _over_window("chat_13", "channel"),
    _event("chat_14", "chat_id", has_natural_id=True),
    _over_window("chat_15"),
    _over_window("chat_16", "agent_id"),
    _event("diagram_1", "conn_id", "date", "cod_opc_menu"),
    _aggregate("diagram_1_1", "day", date="day"),
    _aggregate("diagram_1_2", "date"),
    _over_window("diagram_1_3", "rp_id", "cod_opc_menu"),
    _over_window("diagram_2", "skill_id"),
    _event("diagram_3", "skill_id", "date_inbound_call", "ani", date="date_inbound_call"),
    _event("diagram_4", "conn_id", "agent_id", "date"),
    _over_window("diagram_5", "agent_id"),
    _over_window("diagram_6", "skill_id"),
    _event("diagram_7", "date", "rp_id", "recognized_text"),
    _event("diagram_8", "date", "rp_id", "recognized_text"),
    _event("diagram_9", "session_id", "date", "customer_query", row_cap=6_000),
    _over_window("diagram_10", "tts_text"),
    _event("diagram_11", "conn_id", "end_date_rp", "rp_id", date="end_date_rp"),
    _event("diagram_12", "date", "text"),
    _event("diagram_13", "conn_id", "date", "second_event", "cod_opc_menu"),
    _over_window("diagram_14", "cod_act"),
    _event("diagram_15", "connect_id", has_natural_id=True),
    _over_window("quality_1", "agent_id"),
    # The documentation does not say which of the text columns holds TOTAL.
    _event(
        "quality_2",
        *("conn_id", "survey", "date"),
        totals=("conn_id", "agent_id", "agent_name", "survey"),
    ),
    _event("quality_3", "conn_id", "survey", "category", "attribute", "date"),
    _over_window("quality_4", "survey", "category", "attribute"),
    _over_window("quality_5", "quality_analyst"),
    _event("speech_1", "conn_id", "agent_id", "date"),
    _over_window("speech_2", "agent_id"),
    _over_window("speech_3", "agent_id"),
    _over_window("speech_4", "agent_id"),
    _event("speech_5", "id_text", "date"),
    _event("wizard_1", "agent_id", "conn_id", "date"),
    _event("wizard_2", "agent_id", "date", "question"),
    _event("wizard_3", "agent_id", "date", "question"),
    _event("audit_log", "date", "ip", "user", "action", "workstation", php_file="information"),
    _event("get_notification", "date", "notification", php_file="information"),
    _event(
        "detail",
        *("campaign_id", "customer_id", "date", "conn_id"),
        php_file="campaign",
        params={"detail": "all"},
        partition=replace(_CAMPAIGNS, also=("type_campaign",)),
    ),
    _event("agents_detail", "conn_id", "agent_id", "date", php_file="customer"),
    _aggregate("agents_statustime", "agent_id", "date", "hour", php_file="customer"),
    _event("cdr_calls", "conn_id", "agent_id", "date", php_file="customer"),
    _event("skills_detail", "conn_id", "skill_id", "date", php_file="customer"),
    _aggregate(
        "agents_kpi",
        "agent_id",
        "date",
        php_file="gamification",
        extractor=NestedRows(field="stats"),
    ),
    _event("speech_calls", "conn_id", "agent_id", "date", php_file="speech_analytics"),
)

BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}
"""The endpoints by stream name."""

PARENTS = frozenset(
    each.stream
    for endpoint in ENDPOINTS
    for each in (endpoint.partition, endpoint.split_by)
    if each and each.stream
)
"""Parent streams: their rows hold the ids for which other streams send requests."""

QUOTA = "information_token_info"
"""The stream whose row says how much of the request quota is left."""

SHARED = PARENTS | {QUOTA}
"""Streams whose response is used more than once in a run."""
