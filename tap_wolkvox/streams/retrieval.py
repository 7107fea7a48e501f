"""Retriever: sends one request and returns the rows of its response."""

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
        request: The SDK's `request_records`: sends a request, and yields all rows of its response
            as one item.
        context: The context of the SDK's partition, which the SDK logs: the server.
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
        """Return the rows of one response. That costs one request, and retries if they are needed.

        Args:
            params: Parameters of this request.
            partition: The id to request; it becomes a column of each row.
            can_split: Whether the caller can request less. If it can, a response that is too large
                is retried once at most.

        Raises:
            ResponseTooLargeError: The response is truncated, or did not come: request less.
            StreamError: The response is invalid.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """
        self._prepare()
        request_params = {**params, **partition.params}
        context = RequestContext(self._context, request_params, can_split=can_split)
        [rows] = self._request(context)
        received: ResponseRows = rows
        return received.with_columns(partition.columns)


def query_of(endpoint: Endpoint, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the query of a request.

    Args:
        endpoint: The endpoint.
        asked: Parameters of this request.
    """
    in_query = {} if _is_in_body(endpoint) else asked
    return {"api": endpoint.api, **endpoint.params, **in_query}


def body_of(endpoint: Endpoint, asked: Mapping[str, str]) -> dict[str, str] | None:
    """Return the JSON body of a request; None without a body."""
    return dict(asked) if _is_in_body(endpoint) else None


def check_range(endpoint: Endpoint, url: str) -> None:
    """Check, after a response without rows, that the range of the request was valid.

    The API responds to an invalid range as to a range without rows. Without this check, rows could
    be lost silently.

    Args:
        endpoint: The endpoint.
        url: The URL of the request.

    Raises:
        StreamError: The range was invalid.
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
