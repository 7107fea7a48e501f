"""The parameters of one request, apart from those that are the same in all of its endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class RequestContext(dict[str, Any]):
    """The context that the SDK passes along with a request.

    The SDK logs the items of a context. A parameter may hold personal data, such as a customer's
    id. So the parameters are an attribute, not items.

    Args:
        items: Values that may be logged: the server.
        params: The parameters of this request.
        can_split: Whether the caller can send a smaller request if the response is too large.
    """

    def __init__(
        self, items: Mapping[str, str], params: Mapping[str, str], *, can_split: bool
    ) -> None:
        super().__init__(items)
        self.params = params
        self.can_split = can_split
