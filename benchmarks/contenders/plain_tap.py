"""A tap of one stream on the SDK, as its template makes one: every setting is the default.

    python plain_tap.py --config config.json

The values stay the texts that the API sends, and it asks once, for the address it is given.
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
        """The whole address, parameters and all."""
        return str(self.config["url"])


class PlainTap(Tap):
    """The tap."""

    name = "tap-plain"
    # It is not installed. Looking for what is not there takes longer than finding what is, so that
    # this one would say its version more slowly than it would once installed.
    package_name = "singer-sdk"
    config_jsonschema = th.PropertiesList(th.Property("url", th.StringType)).to_dict()

    @override
    def discover_streams(self) -> list[Stream]:
        """Return the one stream."""
        return [Calls(self)]


if __name__ == "__main__":
    PlainTap.cli()
