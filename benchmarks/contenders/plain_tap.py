"""A tap of one stream, made from the SDK's template with the default settings.

    python plain_tap.py --config config.json

It sends one request to the URL of its config and keeps all values as text.
"""

from __future__ import annotations

from typing import Any

from singer_sdk import RESTStream, Stream, Tap
from singer_sdk import typing as th
from typing_extensions import override

COLUMNS = (
    *("agent_name", "date", "destiny", "telephone", "cost", "time_seg", "time_min", "cod_act"),
    *("description_cod_act", "cod_act_2", "description_cod_act_2", "type_interaction"),
    *("customer_id", "hang_up", "campaign_id", "conn_id", "skill_id", "skill_name", "agent_id"),
    "comment",
)


class Calls(RESTStream[Any]):
    """The calls of `cdr_1`."""

    name = "reports_cdr_1"
    path = ""
    primary_keys = ("conn_id",)
    records_jsonpath = "$.data[*]"
    schema = th.PropertiesList(*(th.Property(name, th.StringType) for name in COLUMNS)).to_dict()

    @property
    @override
    def url_base(self) -> str:
        """The whole URL with its parameters."""
        return str(self.config["url"])


class PlainTap(Tap):
    """The tap."""

    name = "tap-plain"
    # It is not installed. Looking up a missing package takes longer than finding an installed
    # one, so without this line `--version` would be slower than for an installed tap.
    package_name = "singer-sdk"
    config_jsonschema = th.PropertiesList(th.Property("url", th.StringType)).to_dict()

    @override
    def discover_streams(self) -> list[Stream]:
        """Return the one stream."""
        return [Calls(self)]


if __name__ == "__main__":
    PlainTap.cli()
