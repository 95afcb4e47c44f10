"""Typed cells as the text a person would see."""

import datetime
import math
from decimal import Decimal
from typing import Any


def as_text(value: Any) -> str:
    """Return a typed cell as text: 10.0 as "10", dates as ISO, nothing as "".

    Example:
        >>> import datetime
        >>> [as_text(value) for value in (10.0, 7.5, None, True, datetime.datetime(2026, 3, 4))]
        ['10', '7.5', '', 'true', '2026-03-04']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, datetime.datetime):
        midnight = value.tzinfo is None and value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    return str(value)
