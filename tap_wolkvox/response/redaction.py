"""Redaction: text that somebody else wrote, made fit for a log."""

from __future__ import annotations

import re

LENGTH = 100
"""Signs of foreign text that are shown at most, if nothing else is asked for."""

_PERSONAL = re.compile(r"\S*@\S*|\d[\d .-]{3,}\d", re.ASCII)


def quoted(text: str, secret: str, length: int = LENGTH) -> str:
    """Return a text as one short line without the token and what could be personal.

    Args:
        text: The text.
        secret: The token.
        length: Signs that are shown at most.
    """
    masked = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE) if secret else text
    # A control character could rewrite what a terminal shows of the log.
    plain = "".join(sign if sign.isprintable() else " " for sign in masked[: 4 * LENGTH])
    line = _PERSONAL.sub("…", " ".join(plain.split()))
    return line if len(line) <= length else f"{line[:length]}…"
