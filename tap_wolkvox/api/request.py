"""What a request asks for, beside what its endpoint is always asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class RequestContext(dict[str, Any]):
    """The context that the SDK hands on with a request: the server, and what is asked of it.

    The SDK logs the items of a context. The parameters are no items, for an id may be personal.

    Args:
        items: What may be logged.
        params: Parameters of this request.
        can_split: Whether the caller could ask for less if the response is too large.
    """

    def __init__(
        self, items: Mapping[str, str], params: Mapping[str, str], *, can_split: bool
    ) -> None:
        super().__init__(items)
        self.params = params
        self.can_split = can_split
