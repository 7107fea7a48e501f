"""The JSON Schema of the settings: names, types, defaults and descriptions."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

LONGEST = 3600
"""Seconds; the maximum of `request_interval` and `request_timeout`."""

LONGEST_LOOKBACK = 3650
"""Days; the maximum of `lookback_days`."""

LONGEST_SETTLING = 31 * 24 * 60
"""Minutes; the maximum of `settle_minutes`."""

SCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "server",
        th.StringType(nullable=False),
        title="Server",
        description="Number of your Wolkvox server, as in `wv0011.wolkvox.com`: `0011`. "
        "Quote it in YAML, or it loses its zeros. Needed, unless `operations` is set.",
    ),
    th.Property(
        "token",
        th.StringType(nullable=False),
        secret=True,
        title="Token",
        description="API token of the operation, sent as the header `wolkvox-token`. Needed, "
        "unless `operations` is set.",
    ),
    th.Property(
        "operations",
        th.ArrayType(
            th.ObjectType(
                th.Property("server", th.StringType(nullable=False), required=True),
                th.Property("token", th.StringType(nullable=False), required=True),
                th.Property("timezone", th.StringType(nullable=False)),
                additional_properties=False,
            ),
            nullable=False,
        ),
        secret=True,
        title="Operations",
        description="Several operations to read in one run, one after the other, instead of "
        "`server` and `token`: a list of objects with `server`, `token` and, where it is another "
        "than the setting says, `timezone`.",
    ),
    th.Property(
        "api_url",
        th.StringType(nullable=False),
        default="https://wv{server}.wolkvox.com/api/v2",
        title="API URL",
        description="Base URL of the API. `{server}` stands for the server number, anywhere in "
        "it. `http://` is for a loopback host only.",
    ),
    th.Property(
        "timezone",
        th.StringType(nullable=False),
        default="America/Bogota",
        title="Time zone",
        description="IANA name of the operation's time zone: days are counted in it, and the "
        "times that the API sends are read in it.",
    ),
    th.Property(
        "start_date",
        th.StringType(nullable=False),
        title="Start date",
        description="First moment to extract from streams that take dates, as `2026-01-31` or "
        "`2026-01-31T08:00:00`; without an offset it is local time. Quote it in YAML, or an "
        "offset is lost. If it is not set, a first run begins with the first day of the current "
        "month.",
    ),
    th.Property(
        "end_date",
        th.StringType(nullable=False),
        title="End date",
        description="Last moment to extract from streams that take dates, written like "
        "`start_date`; a bare date means its whole day. If it is not set, it is now.",
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(nullable=False, minimum=0, maximum=LONGEST_LOOKBACK),
        default=3,
        title="Days to read again",
        description="How many days before the first unread one a stream that takes dates reads "
        "again, for rows that change or come late.",
    ),
    th.Property(
        "settle_minutes",
        th.IntegerType(nullable=False, minimum=0, maximum=LONGEST_SETTLING),
        default=15,
        title="Minutes to settle",
        description="How many of the newest minutes are left to the next run: Wolkvox rebuilds "
        "its reports every 10 minutes or so.",
    ),
    th.Property(
        "request_interval",
        th.NumberType(nullable=False, minimum=0, maximum=LONGEST),
        default=1.0,
        title="Request interval",
        description="Least time in seconds from the start of one request to the start of the "
        "next with the same token, across processes too.",
    ),
    th.Property(
        "request_timeout",
        th.NumberType(nullable=False, exclusive_minimum=0, maximum=LONGEST),
        default=90,
        title="Request timeout",
        description="Seconds that one request may take, all in all.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType(nullable=False, minimum=0),
        default=5,
        title="Retries",
        description="Tries after the first for what may pass by itself. The waits between them "
        "are 1, 2, 4 … s, at most 60, or what the server asks for.",
    ),
    th.Property(
        "max_requests",
        th.IntegerType(nullable=False, minimum=1),
        title="Most requests",
        description="Requests that a run may spend, of all operations together, retries counted. "
        "What is left then is read by the next runs.",
    ),
    th.Property(
        "quota_reserve",
        th.IntegerType(nullable=False, minimum=0),
        title="Quota reserve",
        description="Requests of each operation's daily quota that are left to your other "
        "integrations. A run asks once what there is, for one request, and ends before it would "
        "touch them; what is left to read then is read by the next runs.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType(nullable=False),
        default=False,
        title="Emit ACTIVATE_VERSION messages",
        description="Tell the target to retire rows of FULL_TABLE streams that no longer exist; "
        "never of streams that take dates, of which a run reads a part. Not with several "
        "operations: one would retire the rows of the others.",
    ),
    additional_properties=False,
).to_dict()
"""The settings of this tap. The SDK adds its own to a copy of this schema."""
