"""Keep passwords of database URLs out of everything that is written or shown."""

import re
from typing import Any

_IN_URL = re.compile(r"(://[^:/@\s]*):[^@\s]*@")
_AS_PARAMETER = re.compile(r"(?i)\b(password|pwd|passwd|token|secret|access_key)=[^&\s;]+")


def masked(value: Any) -> Any:
    """Return text, or JSON-like data, with every password replaced by ***.

    Example:
        >>> masked({"survey": "postgresql://anna:s3cret@db/crm?sslmode=require", "by": ["plan"]})
        {'survey': 'postgresql://anna:***@db/crm?sslmode=require', 'by': ['plan']}
    """
    if isinstance(value, str):
        return _AS_PARAMETER.sub(r"\1=***", _IN_URL.sub(r"\1:***@", value))
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    return value
