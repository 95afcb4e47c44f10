"""Keep passwords of database URLs out of everything that is written or shown."""

import os
import re
from collections.abc import Iterable
from typing import Any

from nps_insights.tables import SettingsError

FROM_ENVIRONMENT = "env:"
_IN_URL = re.compile(r"(://[^:/@\s]*):[^@\s]*@")
_AS_PARAMETER = re.compile(r"(?i)\b(password|pwd|passwd|token|secret|access_key)=[^&\s;]+")


def from_environment(stated: str, setting: str) -> str:
    """Return a setting, or the environment variable that it names: "env:NAME" keeps a secret out of the file.

    Args:
        stated: The setting.
        setting: Its name, for the message.

    Raises:
        SettingsError: The variable is not set.

    Example:
        >>> from_environment("json://localhost", "notify.urls")
        'json://localhost'
    """
    name = stated.removeprefix(FROM_ENVIRONMENT)
    if name == stated:
        return stated
    if name not in os.environ:
        raise SettingsError(f"{setting}: {stated!r}: there is no environment variable {name}; set it or leave it out")
    return os.environ[name]


def without_targets(urls: Iterable[str]) -> list[str]:
    """Return notification URLs without what stands behind the scheme: tokens stand anywhere in them.

    Example:
        >>> without_targets(["slack://T1/A1/secret", "env:CHURN_LIST_URL"])
        ['slack://***', 'env:CHURN_LIST_URL']
    """
    return [url if url.startswith(FROM_ENVIRONMENT) else url.partition("://")[0] + "://***" for url in urls]


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
