"""What a configuration that has no problems means: operations, and the period to read."""

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
    """One operation (tenant) of Wolkvox, with a server and a token of its own.

    Args:
        server: Its server number, as text; a host's name is the same in capitals, so in small ones.
        token: Its API token; never shown.
        api_url: Its base URL, filled and checked.
        zone: Its time zone.
    """

    server: str
    token: str = field(repr=False)
    api_url: str
    zone: ZoneInfo


def operations(config: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a configuration that has no problems, in the order to read them."""
    return [
        Operation(
            server=each["server"].lower(),
            token=each["token"],
            api_url=filled_url(each).rstrip("/"),
            zone=ZoneInfo(each["timezone"]),
        )
        for each in each_operation(config)
    ]


def each_operation(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the configuration of each operation alone, as if it were the only one."""
    listed = config.get("operations")
    return [{**config, **each} for each in listed] if listed else [config]


def period(config: Mapping[str, Any], zone: ZoneInfo) -> Period:
    """Return what a configuration that has no problems wants read of an operation.

    Args:
        config: The configuration.
        zone: Time zone of the operation.
    """
    start, end = (
        local_time(config[name], zone).replace(microsecond=0) if name in config else None
        for name in ("start_date", "end_date")
    )
    if end and ":" not in config["end_date"]:
        end += A_DAY - A_SECOND
    return Period(
        start=start,
        end=end,
        lookback=timedelta(days=config["lookback_days"]),
        settle=timedelta(minutes=config["settle_minutes"]),
    )


def filled_url(config: Mapping[str, Any]) -> str:
    """Return the base URL with the server number where `{server}` stands."""
    url: str = config["api_url"]
    return url.replace("{server}", config["server"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What the settings want read, in wall-clock time.

    Args:
        start: First second, if it is set.
        end: Last second, if it is set.
        lookback: How much before the first unread day is read again.
        settle: How old the newest second is.
    """

    start: datetime | None = None
    end: datetime | None = None
    lookback: timedelta = timedelta()
    settle: timedelta = timedelta()
