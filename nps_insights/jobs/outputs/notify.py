"""Tell people that a list or a report is there, through apprise: e-mail, chat and a hundred other services."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from nps_insights.jobs.settings.secrets import FROM_ENVIRONMENT, from_environment
from nps_insights.tables import MissingExtraError, SettingsError

_LIST = "notify.urls"


def notification_urls(urls: Sequence[str], setting: str = _LIST) -> list[str]:
    """Return the URLs to notify, those that stand in the environment filled in.

    Raises:
        SettingsError: A variable is not set.

    Example:
        >>> notification_urls(["json://localhost"])
        ['json://localhost']
    """
    return [from_environment(url, setting) for url in urls]


def refuse_unready(urls: Sequence[str], setting: str = _LIST) -> None:
    """Refuse, before any work, what could not be told at the end.

    Args:
        urls: As in the settings.
        setting: Where they were stated, for the message.

    Raises:
        MissingExtraError: apprise is not installed.
        SettingsError: A variable is not set, or a URL is none that apprise knows.
    """
    if not urls:
        return
    apprise = _apprise(setting)
    for stated, url in zip(urls, notification_urls(urls, setting), strict=True):
        if apprise.Apprise.instantiate(url) is None:
            shown = stated if stated.startswith(FROM_ENVIRONMENT) else stated.partition("://")[0] + "://..."
            raise SettingsError(f"{setting}: {shown!r} is no URL that apprise knows")


def notify(urls: Sequence[str], *, title: str, sentences: Sequence[str]) -> bool:
    """Send a few sentences; return whether every service took them.

    Args:
        urls: As in the settings.
        title: A line.
        sentences: Without any customer's words or names.
    """
    return send(urls, title=title, body="\n".join(sentences))


def send(
    urls: Sequence[str],
    *,
    title: str,
    body: str,
    markdown: bool = False,
    attach: Path | None = None,
    setting: str = _LIST,
) -> bool:
    """Send a message; return whether every service took it.

    Args:
        urls: As in the settings.
        title: A line.
        body: The message.
        markdown: Whether it is markdown, which apprise brings into the form of each service.
        attach: A file to send along; a service that takes none gets the message alone.
        setting: Where the URLs were stated, for messages.

    Example:
        >>> send([], title="NPS", body="31")
        True
    """
    if not urls:
        return True
    service = _apprise(setting).Apprise()
    for url in notification_urls(urls, setting):
        service.add(url)
    form, file = "markdown" if markdown else None, None if attach is None else str(attach)
    return bool(service.notify(title=title, body=body, body_format=form, attach=file))


def _apprise(setting: str) -> ModuleType:
    try:
        import apprise
    except ImportError:
        raise MissingExtraError(
            f"{setting}: needs apprise; install it with: pip install 'nps-insights[notify]'"
        ) from None
    return apprise
