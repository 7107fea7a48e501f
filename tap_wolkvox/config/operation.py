"""The operations and the period to read, from a configuration that is already validated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_wolkvox.clock import A_DAY, A_SECOND, local_time

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation (tenant) of Wolkvox. It has its own server and token.

    Args:
        server: The server number as text, in lower case. It is part of a host name, in which the
            case does not matter.
        token: The API token; never shown, not even in a `repr`.
        api_url: The base URL with the server number, validated, without a slash at the end.
        zone: The time zone.
    """

    server: str
    token: str = field(repr=False)
    api_url: str
    zone: ZoneInfo


def operations(config: Mapping[str, Any]) -> list[Operation]:
    """Return the operations in the order to read them.

    Args:
        config: A validated configuration.
    """
    return [
        Operation(
            server=entry["server"].lower(),
            token=entry["token"],
            api_url=filled_url(entry).rstrip("/"),
            zone=ZoneInfo(entry["timezone"]),
        )
        for entry in each_operation(config)
    ]


def each_operation(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return one configuration for each operation, as if it were the only one."""
    entries = config.get("operations")
    return [{**config, **entry} for entry in entries] if entries else [config]


def period(config: Mapping[str, Any], zone: ZoneInfo) -> Period:
    """Return the period to read of an operation.

    Args:
        config: A validated configuration.
        zone: Time zone of the operation.
    """
    start, end = (
        local_time(config[name], zone).replace(microsecond=0) if name in config else None
        for name in ("start_date", "end_date")
    )
    # A date without a time means its whole day.
    if end and ":" not in config["end_date"]:
        end += A_DAY - A_SECOND
    return Period(
        start=start,
        end=end,
        lookback=timedelta(days=config["lookback_days"]),
        settle=timedelta(minutes=config["settle_minutes"]),
    )


def filled_url(config: Mapping[str, Any]) -> str:
    """Return the base URL with the server number in place of `{server}`."""
    url: str = config["api_url"]
    return url.replace("{server}", config["server"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The period to read, in local time of the operation.

    Args:
        start: First second to read; None if it is not set.
        end: Last second to read; None if it is not set.
        lookback: How far back to read again, counted from the first unread day.
        settle: Minimum age of the data to read. Newer data is left to the next run.
    """

    start: datetime | None = None
    end: datetime | None = None
    lookback: timedelta = timedelta()
    settle: timedelta = timedelta()
