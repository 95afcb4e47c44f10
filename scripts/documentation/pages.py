"""Pages of the repository as HTML: the same folders, the same links, an anchor at every heading."""

import re
import shutil
from html import escape
from itertools import pairwise
from os.path import relpath
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

# In the order of the navigation; folders of pages follow by name.
FIRST = (
    "README.md",
    "docs/reading/index.md",
    "docs/faq.md",
    "docs/watching.md",
    "docs/outputs.md",
    "docs/exports.md",
    "docs/files.md",
    "docs/nightly.md",
)
LAST = ("CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/RESULTS.md")
_PICTURES = (".png", ".svg", ".jpg")
_STYLE = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0; display: flex; flex-wrap: wrap; }
nav { flex: 0 0 15rem; padding: 1.5rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; padding: 0; margin: 0 0 1rem; }
main { flex: 1 1 20rem; max-width: 52rem; min-width: 0; padding: 1rem 2rem 4rem; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; }
code { font-size: .92em; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
img { max-width: 100%; }
@media (max-width: 50rem) { nav { flex: 1 1 100%; border: 0; border-bottom: 1px solid var(--line); } }
"""


def sources(root: Path) -> list[Path]:
    """Return the pages of the repository, as paths from its root, in the order of the navigation.

    Args:
        root: The repository.
    """
    found = sorted(path.relative_to(root) for path in (root / "docs").rglob("*.md"))
    named = [Path(name) for name in (*FIRST, *LAST)]
    rest = [path for path in found if path not in named]
    here = [path for path in named if (root / path).is_file()]
    first = [path for path in here if path.as_posix() in FIRST]
    return [*first, *rest, *(path for path in here if path not in first)]


def page_of(source: Path) -> Path:
    """Return where the site holds a page: the README is its index.

    >>> page_of(Path("docs/faq.md")).as_posix(), page_of(Path("README.md")).as_posix()
    ('docs/faq.html', 'index.html')
    """
    return Path("index.html") if source == Path("README.md") else source.with_suffix(".html")


def title_of(text: str, source: Path) -> str:
    r"""Return a page's first heading.

    >>> title_of("# Alerts\n\ntext", Path("a.md"))
    'Alerts'
    """
    found = re.search(r"(?m)^# (.+)$", text)
    return found[1].strip() if found else source.stem


def slug(heading: str) -> str:
    """Return the anchor of a heading, as code hosts make it.

    >>> slug("Does it use an LLM?")
    'does-it-use-an-llm'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def write_pages(root: Path, out: Path) -> list[Path]:
    """Write every page and picture of the repository into the site.

    Args:
        root: The repository.
        out: Folder of the site.

    Returns:
        The pages, as paths from the site's folder.
    """
    pages = sources(root)
    texts = {source: (root / source).read_text(encoding="utf-8") for source in pages}
    titles = {source: title_of(text, source) for source, text in texts.items()}
    for source, text in texts.items():
        target = out / page_of(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_page(source, text, titles), encoding="utf-8")
    for picture in sorted(path for path in (root / "docs").rglob("*") if path.suffix in _PICTURES):
        (out / picture.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, out / picture.relative_to(root))
    return [page_of(source) for source in pages]


def _page(source: Path, text: str, titles: dict[Path, str]) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(titles[source])}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"{_navigation(source, titles)}<main>\n{_html(text)}</main>\n</body>\n</html>\n"
    )


def _navigation(source: Path, titles: dict[Path, str]) -> str:
    here = page_of(source).parent
    shown = [(page_of(path), title) for path, title in titles.items() if path.parts[:2] != ("docs", "reading")]
    reading = Path("docs/reading/index.md")
    if reading in titles:
        shown.insert(1, (page_of(reading), titles[reading]))
    shown.append((Path("api/index.html"), "API"))
    items = "".join(
        f'<li><a href="{Path(relpath(path, here)).as_posix()}">{escape(title)}</a></li>\n' for path, title in shown
    )
    return f'<nav aria-label="Pages">\n<ul>\n{items}</ul>\n</nav>\n'


def _html(text: str) -> str:
    # Raw HTML stays text: no page of ours needs it.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    taken: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(inline, taken))
    for inline in (token for token in tokens if token.type == "inline"):
        for child in inline.children or []:
            if child.type == "link_open":
                child.attrSet("href", _target(str(child.attrGet("href"))))
    return str(parser.renderer.render(tokens, parser.options, {}))


def _anchor(inline: Token, taken: dict[str, int]) -> str:
    name = slug("".join(child.content for child in inline.children or []))
    taken[name] = taken.get(name, -1) + 1
    return f"{name}-{taken[name]}" if taken[name] else name


def _target(href: str) -> str:
    """Point a link between pages of the repository at the pages of the site."""
    if "://" in href or href.startswith("#"):
        return href
    path, mark, fragment = href.partition("#")
    if path.endswith(".md"):
        path = f"{path.removesuffix('README.md')}index.html" if Path(path).name == "README.md" else f"{path[:-3]}.html"
    return f"{path}{mark}{fragment}"
