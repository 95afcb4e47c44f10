"""Keep passwords of database URLs out of everything that is written or shown."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nps_insights.tables import SettingsError

FROM_ENVIRONMENT = "env:"
_SCHEME = r"[A-Za-z][\w+.-]*://"
# In quotes a URL may hold spaces.
_URL = re.compile(rf"(?<='){_SCHEME}[^'\n]*(?=')|(?<=\"){_SCHEME}[^\"\n]*(?=\")|{_SCHEME}[^\s'\"]+")
_WHOLE_URL = re.compile(rf"{_SCHEME}.*", re.DOTALL)
# A password may hold "@", "/" and "?", so that only the last "@" is sure to end it; a user name may hold "@" too.
_PASSWORD = re.compile(r"(://[^:/?]*):.*@", re.DOTALL)
_AS_PARAMETER = re.compile(
    r"(?i)([\w-]*(?:password|pwd|passwd|passcode|passphrase|token|secret|credential|access_key|api_?key|private_key)"
    r"[\w-]*)(=|%3D)(?:\{[^}]*\}|(?:(?!%3B|%26)[^&\s;'\"])+)"
)
# What drivers ask for beside secrets. All other values of a query are masked: each driver names its secrets otherwise.
_HARMLESS_KEYS = """
user username uid host hostaddr hostname server port database dbname schema catalog warehouse role driver dsn sslmode
sslrootcert ssl_ca ssl_verify_cert encrypt trustservercertificate trusted_connection mars_connection charset collation
client_encoding encoding application_name appname app timeout connect_timeout login_timeout read_timeout
target_session_attrs service_name sid region location project dataset http_path mode cache uri check_same_thread
nolock immutable autocommit isolation_level authenticator
"""
_HARMLESS = frozenset(_HARMLESS_KEYS.split())


def from_environment(stated: str, setting: str) -> str:
    """Return a setting, or the environment variable that it names: "env:NAME" keeps a secret out of the file.

    Args:
        stated: The setting.
        setting: Its name, for the message.

    Raises:
        SettingsError: The variable is not set, or empty.

    Example:
        >>> from_environment("json://localhost", "notify.urls")
        'json://localhost'
    """
    name = stated.removeprefix(FROM_ENVIRONMENT)
    if name == stated:
        return stated
    # Schedulers set a secret that is not there to nothing.
    value = os.environ.get(name, "").strip()
    if not value:
        is_there = "is empty" if name in os.environ else "is not there"
        raise SettingsError(
            f"{setting}: {stated!r}: the environment variable {name} {is_there}; set it or leave it out"
        )
    return value


def database_from_environment(stated: str, setting: str) -> str:
    """Return the URL of a database that a setting, or the environment variable it names, gives.

    A relative file of SQLite in a variable would lie wherever a job happens to start, and nobody would find it again.

    Args:
        stated: The setting.
        setting: Its name, for the message.

    Raises:
        SettingsError: The variable is not set, or holds a relative file of SQLite.

    Example:
        >>> database_from_environment("sqlite:///bi.db", "output.sql")
        'sqlite:///bi.db'
    """
    url = from_environment(stated, setting)
    if url != stated and (file := sqlite_file(url)) and not Path(file).is_absolute():
        raise SettingsError(
            f"{setting}: the variable of {stated!r} names the relative file {file}, another one for every folder "
            f"a job starts in; give it from the root on, such as sqlite:////srv/acme/{Path(file).name}"
        )
    return url


def sqlite_file(url: str) -> str:
    """Return the file in the URL of a SQLite database; empty where it names none.

    Example:
        >>> sqlite_file("sqlite:///bi.db"), sqlite_file("sqlite:////srv/bi.db"), sqlite_file("sqlite:///:memory:")
        ('bi.db', '/srv/bi.db', '')
    """
    file = url.removeprefix("sqlite:///")
    return "" if file == url or file.startswith((":", "file:")) else file


def without_targets(urls: Iterable[str]) -> list[str]:
    """Return notification URLs without what stands behind the scheme: tokens stand anywhere in them.

    Example:
        >>> without_targets(["slack://T1/A1/secret", "env:CHURN_LIST_URL"])
        ['slack://***', 'env:CHURN_LIST_URL']
    """
    return [url if url.startswith(FROM_ENVIRONMENT) else url.partition("://")[0] + "://***" for url in urls]


def masked(value: Any) -> Any:
    """Return text, or JSON-like data, with every password replaced by ***.

    Of a URL the password is masked up to the last "@", and every value of the query whose key is not known to be
    harmless: `odbc_connect` holds a whole connection string, and each driver names its secrets otherwise.

    Example:
        >>> masked({"survey": "postgresql://anna:s3cret@db/crm?sslmode=require", "by": ["plan"]})
        {'survey': 'postgresql://anna:***@db/crm?sslmode=require', 'by': ['plan']}
    """
    if isinstance(value, str):
        whole = _WHOLE_URL.fullmatch(value)
        shown = _masked_url(value) if whole else _URL.sub(lambda url: _masked_url(url.group()), value)
        return _AS_PARAMETER.sub(r"\1\2***", shown)
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    return value


def _masked_url(url: str) -> str:
    head, mark, query = _PASSWORD.sub(r"\1:***@", url).partition("?")
    return head + mark + "".join(map(_masked_value, re.split("([&;])", query)))


def _masked_value(part: str) -> str:
    """A part of a query: "sslmode=require", "passcode=***", a separator, or something without a key."""
    key, equals, value = part.partition("=")
    if part in ("", "&", ";") or (equals and (not value or key.lower() in _HARMLESS)):
        return part
    return f"{key}=***" if equals else "***"
