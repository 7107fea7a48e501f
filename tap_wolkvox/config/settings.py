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
        description="Number of your Wolkvox server: `0011` for `wv0011.wolkvox.com`. Quote it in "
        "YAML, because YAML would read it as a number. Required unless `operations` is set.",
    ),
    th.Property(
        "token",
        th.StringType(nullable=False),
        secret=True,
        title="Token",
        description="API token of the operation. The tap sends it in the header `wolkvox-token`. "
        "Required unless `operations` is set.",
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
        description="List of operations that one run reads in sequence; it replaces `server` and "
        "`token`. Each entry is an object with `server`, `token` and optionally `timezone`, which "
        "overrides the setting `timezone`.",
    ),
    th.Property(
        "api_url",
        th.StringType(nullable=False),
        default="https://wv{server}.wolkvox.com/api/v2",
        title="API URL",
        description="Base URL of the API. The tap replaces `{server}` with the server number, at "
        "any position. `http://` is allowed for a loopback host only.",
    ),
    th.Property(
        "timezone",
        th.StringType(nullable=False),
        default="America/Bogota",
        title="Time zone",
        description="IANA name of the operation's time zone. Days begin and end in this zone, and "
        "the tap interprets the times in responses in it.",
    ),
    th.Property(
        "start_date",
        th.StringType(nullable=False),
        title="Start date",
        description="First moment to extract from streams that take dates, such as `2026-01-31` or "
        "`2026-01-31T08:00:00`. A time without an offset is local time. Quote it in YAML, because "
        "YAML would drop the offset. If it is not set, the first run starts at the first day of "
        "the current month.",
    ),
    th.Property(
        "end_date",
        th.StringType(nullable=False),
        title="End date",
        description="Last moment to extract from streams that take dates, in the format of "
        "`start_date`. A date without a time includes the whole day. If it is not set, the run "
        "ends at the current time.",
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(nullable=False, minimum=0, maximum=LONGEST_LOOKBACK),
        default=3,
        title="Lookback days",
        description="Number of days before the first unread day that a stream that takes dates "
        "reads again, because rows can change or arrive late.",
    ),
    th.Property(
        "settle_minutes",
        th.IntegerType(nullable=False, minimum=0, maximum=LONGEST_SETTLING),
        default=15,
        title="Settling time in minutes",
        description="Number of most recent minutes that a run defers to the next run, because "
        "Wolkvox rebuilds its reports about every 10 minutes.",
    ),
    th.Property(
        "request_interval",
        th.NumberType(nullable=False, minimum=0, maximum=LONGEST),
        default=1.0,
        title="Request interval",
        description="Minimum interval in seconds between the starts of two requests with the same "
        "token, across all processes of one user on this machine.",
    ),
    th.Property(
        "request_timeout",
        th.NumberType(nullable=False, exclusive_minimum=0, maximum=LONGEST),
        default=90,
        title="Request timeout",
        description="Maximum total duration of one request in seconds.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType(nullable=False, minimum=0),
        default=5,
        title="Maximum retries",
        description="Maximum number of retries of a request after a transient error. The tap waits "
        "1, 2, 4 … s between attempts, at most 60 s, or as long as the server asks for.",
    ),
    th.Property(
        "max_requests",
        th.IntegerType(nullable=False, minimum=1),
        title="Maximum requests",
        description="Maximum number of requests in one run, for all operations together, including "
        "retries. The next runs read the rest.",
    ),
    th.Property(
        "quota_reserve",
        th.IntegerType(nullable=False, minimum=0),
        title="Quota reserve",
        description="Number of requests in each operation's daily quota that the tap leaves to "
        "your other integrations. A run spends one request per operation to get the remaining "
        "quota, and it stops before it uses the reserve. The next runs read the rest.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType(nullable=False),
        default=False,
        title="Emit ACTIVATE_VERSION messages",
        description="Emit ACTIVATE_VERSION messages, so that the target retires rows of FULL_TABLE "
        "streams that no longer exist. The tap never emits them for streams that take dates, "
        "because a run reads only a part of these. Not allowed with several operations, because "
        "each operation would retire the rows of the others.",
    ),
    additional_properties=False,
).to_dict()
"""The settings of this tap. The SDK adds its own to a copy of this schema."""
