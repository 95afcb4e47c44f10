"""Tell people that a list is there, through apprise: e-mail, chat and a hundred other services."""

import os
from collections.abc import Sequence
from types import ModuleType

from nps_insights.tables import MissingExtraError, SettingsError

_FROM_ENVIRONMENT = "env:"


def notification_urls(urls: Sequence[str]) -> list[str]:
    """Return the URLs to notify, those that stand in the environment filled in.

    Raises:
        SettingsError: A variable is not set.

    Example:
        >>> notification_urls(["json://localhost"])
        ['json://localhost']
    """
    found = []
    for url in urls:
        name = url.removeprefix(_FROM_ENVIRONMENT)
        if name == url:
            found.append(url)
        elif name in os.environ:
            found.append(os.environ[name])
        else:
            raise SettingsError(
                f"notify.urls: {url!r}: there is no environment variable {name}; set it or leave it out"
            )
    return found


def refuse_unready(urls: Sequence[str]) -> None:
    """Refuse, before any work, what could not be told at the end.

    Raises:
        MissingExtraError: apprise is not installed.
        SettingsError: A variable is not set, or a URL is none that apprise knows.
    """
    if not urls:
        return
    apprise = _apprise()
    for stated, url in zip(urls, notification_urls(urls), strict=True):
        if apprise.Apprise.instantiate(url) is None:
            shown = stated if stated.startswith(_FROM_ENVIRONMENT) else stated.partition("://")[0] + "://..."
            raise SettingsError(f"notify.urls: {shown!r} is no URL that apprise knows")


def notify(urls: Sequence[str], *, title: str, sentences: Sequence[str]) -> bool:
    """Send a few sentences; return whether every service took them.

    Args:
        urls: As in the settings.
        title: A line.
        sentences: Without any customer's words or names.
    """
    if not urls:
        return True
    service = _apprise().Apprise()
    for url in notification_urls(urls):
        service.add(url)
    return bool(service.notify(title=title, body="\n".join(sentences)))


def _apprise() -> ModuleType:
    try:
        import apprise
    except ImportError:
        raise MissingExtraError(
            "notify.urls: needs apprise; install it with: pip install 'nps-insights[notify]'"
        ) from None
    return apprise
