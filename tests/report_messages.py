"""Every message that the report room can say: found in its code and in its templates, not listed by hand."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

from nps_insights.report.page.shell import _environment

ROOM = Path(__file__).parents[1] / "nps_insights" / "report"
_COUNTED = {"plural": (1, 2), "say_count": (1, 2)}


def messages_of_code() -> set[str]:
    """Messages given to `say`, `say_count` and `plural`: as they stand, from a table of the module, or a local name."""
    modules = [ast.parse(path.read_text("utf-8")) for path in sorted(ROOM.rglob("*.py"))]
    # Tables of one module are read by others.
    shared = {name: value for module in modules for name, value in _tables(module).items() if not name.startswith("_")}
    return {text for module in modules for text in _of_module(module, shared | _tables(module))}


def messages_of_templates() -> set[str]:
    """Constants that a template hands to the filter `say`."""
    environment, found = _environment(), set()
    for path in sorted((ROOM / "templates").glob("*.j2")):
        tree = environment.parse(path.read_text("utf-8"))
        for node in tree.find_all(nodes.Filter):
            if node.name == "say" and isinstance(node.node, nodes.Const):
                found.add(node.node.value)
    return found


def _tables(tree: ast.Module) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def _of_module(tree: ast.Module, tables: dict[str, ast.expr]) -> Iterator[str]:
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        known = tables | _assigned(function)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            yield from _of_call(call, known)


def _assigned(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """What the function's own names are set to."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            before = [found[node.targets[0].id]] if node.targets[0].id in found else []
            found[node.targets[0].id] = ast.Tuple([*before, node.value], ast.Load())
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = node.targets[0].elts
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(names)
            found |= {name.id: value for name, value in zip(names, values, strict=True) if isinstance(name, ast.Name)}
        if isinstance(node, ast.For | ast.comprehension):
            for name in (one for one in ast.walk(node.target) if isinstance(one, ast.Name)):
                found.setdefault(name.id, node.iter)
    return found


def _of_call(call: ast.Call, known: dict[str, ast.expr]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "say":
        yield from _texts(call.args[0], known)
    elif name in _COUNTED:
        given = [text for argument in call.args[1:3] for text in _texts(argument, known)]
        yield from given
        if name == "plural" and len(call.args) == 2:
            yield from (f"{text}s" for text in given)


def _texts(given: ast.expr, known: dict[str, ast.expr], depth: int = 0) -> Iterator[str]:
    """Texts that an expression can be, following names of the module and of the function."""
    if isinstance(given, ast.Constant):
        if isinstance(given.value, str) and given.value:
            yield given.value
    elif isinstance(given, ast.Name):
        if given.id in known and depth < 4:
            yield from _texts(known[given.id], known, depth + 1)
    elif isinstance(given, ast.Subscript):
        yield from _texts(given.value, known, depth)
    elif isinstance(given, ast.BinOp):
        yield from _texts(given.left, known, depth)
        yield from _texts(given.right, known, depth)
    elif isinstance(given, ast.Call):
        # A look-up with a text in its place: names.get(code, "text"), names.items().
        if isinstance(given.func, ast.Attribute) and given.func.attr in ("get", "items", "values", "partition"):
            yield from _texts(given.func.value, known, depth)
            for argument in given.args[1:]:
                yield from _texts(argument, known, depth)
    elif isinstance(given, ast.IfExp):
        yield from _texts(given.body, known, depth)
        yield from _texts(given.orelse, known, depth)
    elif isinstance(given, ast.Dict):
        for value in given.values:
            yield from _texts(value, known, depth)
    elif isinstance(given, ast.Tuple | ast.List):
        for value in given.elts:
            yield from _texts(value, known, depth)
