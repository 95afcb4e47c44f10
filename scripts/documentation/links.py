"""Links of the site: each leads to a page that is there, and to an anchor in it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote


@dataclass
class _Found(HTMLParser):
    """Anchors and links of one page."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if name in ("href", "src") and value:
                self.links.append(value)


def broken_links(site: Path) -> list[str]:
    """Return the links inside the site that lead nowhere, each with its page.

    Links to other places are left alone: a test opens no connection.

    Args:
        site: Folder of the site.
    """
    pages = {path.resolve(): _read(path) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site.resolve()).as_posix()}: {link}"
        for path, page in pages.items()
        for link in dict.fromkeys(page.links)
        if not _leads_somewhere(link, path, pages)
    ]


def _read(path: Path) -> _Found:
    found = _Found()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def _leads_somewhere(link: str, path: Path, pages: dict[Path, _Found]) -> bool:
    if link.partition(":")[0] in ("http", "https", "mailto", "data"):
        return True
    file, _, anchor = unquote(link).partition("#")
    target = (path.parent / file).resolve() if file else path
    if not anchor:
        return target.is_file()
    return target in pages and anchor in pages[target].ids
