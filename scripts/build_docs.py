"""Build the documentation: every page of Markdown and the reference of the public names, with all links checked.

python -m scripts.build_docs site
"""

import sys
from pathlib import Path

from scripts.documentation.links import broken_links
from scripts.documentation.pages import write_pages
from scripts.documentation.reference import write_reference

ROOT = Path(__file__).resolve().parents[1]


def build_site(root: Path, out: Path) -> list[str]:
    """Write the site into a folder; files of the same name are replaced, others left alone.

    Args:
        root: The repository.
        out: Folder of the site.

    Returns:
        Its broken links.
    """
    write_pages(root, out)
    write_reference(out)
    return broken_links(out)


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "site")
    broken = build_site(ROOT, folder)
    print(f"{folder / 'index.html'}: {len(list(folder.rglob('*.html')))} pages")
    sys.exit("\n".join(["links that lead nowhere:", *broken]) if broken else 0)
