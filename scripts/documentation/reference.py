"""The reference: every public name by its room, rendered by pdoc from its docstring, and what a docstring must say."""

import ast
import inspect
import re
import textwrap
from dataclasses import fields, is_dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import nps_insights


def public_names() -> dict[str, list[str]]:
    """Return the public names of the package by the room that they come from, both in a fixed order."""
    rooms: dict[str, list[str]] = {}
    for name in sorted(set(nps_insights.__all__) - {"__version__"}):
        home = nps_insights._HOMES[name].partition(".")[0]
        rooms.setdefault(home, []).append(name)
    return dict(sorted(rooms.items()))


def write_reference(out: Path) -> list[Path]:
    """Write a page per room, and an index of all names.

    The package loads its names when they are first used, which no reader of modules sees: so pdoc is given one module
    per room with the names in it.

    Args:
        out: Folder of the site.

    Returns:
        The pages, as paths from the site's folder.
    """
    import pdoc.doc
    import pdoc.render

    pdoc.render.configure(
        docformat="google", show_source=False, search=False, footer_text=f"nps-insights {nps_insights.__version__}"
    )
    rooms = public_names()
    modules = {f"nps_insights.{room}": pdoc.doc.Module(_module(room, names)) for room, names in rooms.items()}
    folder = out / "api" / "nps_insights"
    folder.mkdir(parents=True, exist_ok=True)
    for room in rooms:
        page = pdoc.render.html_module(modules[f"nps_insights.{room}"], modules)
        (folder / f"{room}.html").write_text(page, encoding="utf-8")
    (out / "api" / "index.html").write_text(_index(rooms), encoding="utf-8")
    return [Path("api/index.html"), *(Path(f"api/nps_insights/{room}.html") for room in rooms)]


def _module(room: str, names: list[str]) -> ModuleType:
    module = ModuleType(f"nps_insights.{room}", import_module(f"nps_insights.{room}").__doc__)
    vars(module).update({name: getattr(nps_insights, name) for name in names}, __all__=names)
    return module


def _index(rooms: dict[str, list[str]]) -> str:
    lines = []
    for room, names in rooms.items():
        about = (import_module(f"nps_insights.{room}").__doc__ or "").strip().partition("\n")[0]
        lines.append(
            f'<h2 id="{room}"><a href="nps_insights/{room}.html">{room}</a></h2>\n<p>{escape(about)}</p>\n<dl>'
        )
        for name in names:
            said = inspect.getdoc(getattr(nps_insights, name)) or ""
            first = escape(" ".join(said.partition("\n\n")[0].split()))
            lines.append(f'<dt><a href="nps_insights/{room}.html#{name}"><code>{name}</code></a></dt><dd>{first}</dd>')
        lines.append("</dl>")
    body = "\n".join(lines)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>API</title>\n'
        "<style>:root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; "
        "margin: 2rem auto; padding: 0 1rem }</style>\n</head>\n<body>\n"
        '<p><a href="../index.html">nps-insights</a></p>\n<h1>API</h1>\n'
        "<p>The public names of <code>nps_insights</code>, by the room that each comes from. Import them from the "
        f"package: <code>import nps_insights as npsi</code>.</p>\n{body}\n</body>\n</html>\n"
    )


def docstring_problems(name: str) -> list[str]:
    """Return what the docstring of a public name leaves unsaid.

    A function names each of its arguments, what it returns unless that is nothing or its first line says it, and the
    errors that it raises itself; a record or a pydantic model names each of its fields.

    Args:
        name: A public name of the package.
    """
    thing = getattr(nps_insights, name)
    said = inspect.getdoc(thing) or ""
    if not said:
        return [f"{name}: has no docstring"]
    wanted = _fields(thing) if inspect.isclass(thing) else _arguments(thing)
    missing = [one for one in wanted if not re.search(rf"(?m)^    \**{one}:", said)]
    found = [f"{name}: says nothing of {', '.join(missing)}"] if missing else []
    if inspect.isclass(thing):
        return found
    returns = inspect.signature(thing).return_annotation
    first = said.partition(".")[0]
    if returns not in (None, inspect.Signature.empty) and "Returns:" not in said and not _says_result(first):
        found.append(f"{name}: does not say what it returns")
    if _raises(thing) and "Raises:" not in said:
        found.append(f"{name}: raises an error that it does not name")
    return found


def _says_result(first: str) -> bool:
    return first.split(" ", 1)[0] in ("Return", "Say", "Fit", "Find", "Look", "Read", "Load", "Check", "Run", "Make")


def _arguments(function: Any) -> list[str]:
    return [one for one in inspect.signature(function).parameters if one not in ("self", "cls")]


def _fields(thing: type) -> list[str]:
    if is_dataclass(thing):
        return [field.name for field in fields(thing) if field.init and not field.name.startswith("_")]
    return list(getattr(thing, "model_fields", {}))


def _raises(function: Any) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(tree))
