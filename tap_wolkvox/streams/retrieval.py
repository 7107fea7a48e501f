"""Retriever: one request, and the rows of its response."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tap_wolkvox.api.request import RequestContext
from tap_wolkvox.cursor import windows
from tap_wolkvox.cursor.partitions import UNPARTITIONED
from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.cursor.partitions import Partition
    from tap_wolkvox.response.rows import ResponseRows

NO_PARAMS: Mapping[str, str] = MappingProxyType({})


class Retriever:
    """Fetches the responses of one stream.

    Args:
        request: Sends a request by the SDK; yields the rows of its response, as one item.
        context: The server, as the SDK logs it.
        prepare: Does what has to be done before a request.
    """

    def __init__(
        self,
        request: Callable[[RequestContext], Iterable[Any]],
        context: Mapping[str, str],
        prepare: Callable[[], None],
    ) -> None:
        self._request = request
        self._context = context
        self._prepare = prepare

    def fetch(
        self,
        params: Mapping[str, str] = NO_PARAMS,
        partition: Partition = UNPARTITIONED,
        *,
        can_split: bool = False,
    ) -> ResponseRows:
        """Return the rows of one whole response; it costs one request and its retries.

        Args:
            params: Parameters of this request.
            partition: The id that is asked for; it becomes a column of each row.
            can_split: Whether the caller could ask for less.

        Raises:
            ResponseTooLargeError: Ask for less.
            StreamError: The response is not what it should be.
            OperationError: No stream of the operation can be read.
            BudgetError: No request may be sent.
        """
        self._prepare()
        asked = {**params, **partition.params}
        [rows] = self._request(RequestContext(self._context, asked, can_split=can_split))
        fetched: ResponseRows = rows
        return fetched.with_columns(partition.columns)


def query_of(endpoint: Endpoint, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the query of a request.

    Args:
        endpoint: The endpoint.
        asked: Parameters of this request.
    """
    in_query = {} if _is_in_body(endpoint) else asked
    return {"api": endpoint.api, **endpoint.params, **in_query}


def body_of(endpoint: Endpoint, asked: Mapping[str, str]) -> dict[str, str] | None:
    """Return the JSON body of a request; None where it has none."""
    return dict(asked) if _is_in_body(endpoint) else None


def check_range(endpoint: Endpoint, url: str) -> None:
    """Make sure that a response without rows is none because of the range.

    The API answers a wrong range as it answers one without rows.

    Args:
        endpoint: The endpoint.
        url: What was asked.

    Raises:
        StreamError: The range was wrong.
    """
    if not endpoint.days:
        return
    sent = dict(parse_qsl(urlsplit(url).query))
    across_months = endpoint.split_by is not None
    problem = windows.problem(sent, endpoint.days, across_months=across_months)
    if problem:
        raise StreamError(
            f"the range that was sent {problem}, so the answer does not say that there are no "
            "rows: please report it"
        )


def _is_in_body(endpoint: Endpoint) -> bool:
    return endpoint.partition is not None and endpoint.partition.in_body
