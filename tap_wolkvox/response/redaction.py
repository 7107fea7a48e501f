"""Makes text of the API, or of a server in front of it, safe to show in a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LENGTH = 100
"""Default number of characters of external text to show."""

# What a field name looks like. A phone number or an e-mail address does not match.
_NAME = re.compile(r"[A-Za-z_ ][\w /#-]{0,39}")
_NAMES_SHOWN = 20
# An e-mail address, or at least five characters of digits and separators, such as a phone number.
_PERSONAL = re.compile(r"\S*@\S*|\d[\d .-]{3,}\d", re.ASCII)


def quoted(text: str, secret: str, length: int = LENGTH) -> str:
    """Return a text as one short line, without the token and without what may be personal data.

    Args:
        text: The text.
        secret: The token.
        length: Number of characters to show.
    """
    masked = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE) if secret else text
    # A control character could change what a terminal shows of the log.
    # The text may be megabytes long; what follows needs only its beginning.
    plain = "".join(char if char.isprintable() else " " for char in masked[: 4 * LENGTH])
    line = _PERSONAL.sub("…", " ".join(plain.split()))
    return line if len(line) <= length else f"{line[:length]}…"


def shown_names(names: Collection[str], secret: str) -> str:
    """Return field names for the log, sorted. Names that may be personal data are only counted."""
    safe = [name for name in names if _NAME.fullmatch(name) and quoted(name, secret) == name]
    first = sorted(safe)[:_NAMES_SHOWN]
    hidden = len(names) - len(first)
    if not first:
        return f"{hidden} with names that are not shown here"
    return ", ".join(first) + (f" and {hidden} not shown here" if hidden else "")
