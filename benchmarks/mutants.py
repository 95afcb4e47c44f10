"""Small faults for the source of a module: each is one changed, negated or removed piece of its syntax tree."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}
_LOGGED = frozenset({"warn", "debug", "info", "warning"})
# A pair of unlike lengths is a fault of the caller's, which no input brings about.
_ASSERTED = frozenset({"strict", "stacklevel"})


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        line: Where the changed piece begins.
        kind: What sort of fault it is.
        was: The piece as it stands.
        becomes: The piece as the fault has it.
        source: The whole module with the fault.
    """

    line: int
    kind: str
    was: str
    becomes: str
    source: str


@dataclass(frozen=True)
class _Change:
    line: int
    kind: str
    shown: Callable[[], ast.AST]
    make: Callable[[], None]


def places(source: str) -> list[tuple[int, int]]:
    r"""Return the line and the number of every fault that the source can be given.

    Example:
        >>> places("def f(n):\n    return n > 2\n")
        [(2, 0), (2, 1), (2, 2)]
    """
    return [(change.line, number) for number, change in enumerate(_changes(ast.parse(source)))]


def mutant(source: str, number: int) -> Mutant:
    r"""Return the source with one fault.

    Args:
        source: A module.
        number: Which of its faults, as told by `places`.

    Example:
        >>> mutant("def f(n):\n    return n > 2\n", 1).becomes
        'n >= 2'
    """
    tree = ast.parse(source)
    change = list(_changes(tree))[number]
    was = ast.unparse(change.shown())
    change.make()
    becomes = ast.unparse(change.shown())
    return Mutant(change.line, change.kind, was, becomes, ast.unparse(ast.fix_missing_locations(tree)))


def _changes(tree: ast.Module) -> Iterator[_Change]:
    for node in _behaviour(tree):
        yield from _of_statement(node)
        yield from _of_expression(node)


def _behaviour(node: ast.AST) -> Iterator[ast.AST]:
    """Every piece that a test could see: no type hint, no docstring, no text for people and no log."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_talk(child):
                yield from _behaviour(child)


def _is_talk(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name.endswith("Error") or name in _LOGGED
    if isinstance(node, ast.keyword):
        return node.arg in _ASSERTED
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _of_statement(node: ast.AST) -> Iterator[_Change]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        for place, statement in enumerate(block if isinstance(block, list) else ()):
            if _is_removable(statement):
                yield _in_block("statement removed", statement.lineno, block, place, ast.Pass())
    if isinstance(node, ast.Return) and node.value is not None and not _is_nothing(node.value):
        yield _setting(node, "value", ast.Constant(None), "nothing returned")
    if isinstance(node, (ast.If, ast.While, ast.IfExp)) and not _is_turned_elsewhere(node.test):
        negated = ast.UnaryOp(ast.Not(), node.test)
        yield _Change(node.test.lineno, "condition negated", lambda: node.test, _setter(node, "test", negated))
    if isinstance(node, ast.comprehension):
        for place, test in enumerate(node.ifs):
            if not _is_turned_elsewhere(test):
                yield _in_block("condition negated", test.lineno, node.ifs, place, ast.UnaryOp(ast.Not(), test))


def _is_turned_elsewhere(test: ast.expr) -> bool:
    """Whether negating a condition is what another fault of the same piece does."""
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn))
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _is_removable(node: ast.AST) -> bool:
    """A statement without which the module still compiles and every name is still there."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call) and not _is_talk(node.value)
    if isinstance(node, ast.Assign):
        return all(isinstance(target, (ast.Subscript, ast.Attribute)) for target in node.targets)
    return isinstance(node, (ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete))


def _of_expression(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        other = [_COMPARED[type(node.ops[0])](), *node.ops[1:]]
        yield _setting(node, "ops", other, "comparison")
    if isinstance(node, ast.BoolOp):
        yield _setting(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And(), "and for or")
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _COMPUTED and not _joins_text(node):
        yield _setting(node, "op", _COMPUTED[type(node.op)](), "arithmetic")
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        # Said twice it says nothing, and the piece keeps its place.
        kind = "arithmetic" if isinstance(node.op, ast.USub) else "not dropped"
        yield _setting(node, "operand", ast.UnaryOp(type(node.op)(), node.operand), kind)
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        yield _setting(node, "value", _next_to(node.value), "constant")
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _SWAPPED:
        yield _setting(node, "id", _SWAPPED[node.id], "min for max")
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in _SWAPPED:
        yield _setting(node, "attr", _SWAPPED[node.attr], "min for max")


def _is_nothing(node: ast.AST) -> bool:
    """Whether a returned value does as well as nothing: for a condition, False is None."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


def _joins_text(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = [node.value] if isinstance(node, ast.AugAssign) else [node.left, node.right]
    return any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", None), str) for side in sides)


def _next_to(value: bool | int | float) -> bool | int | float:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value * 2 or 1.0


def _setting(node: ast.expr | ast.stmt, name: str, value: object, kind: str) -> _Change:
    return _Change(node.lineno, kind, lambda: node, _setter(node, name, value))


def _setter(node: ast.AST, name: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, name, value)


def _in_block(kind: str, line: int, block: list, place: int, new: ast.AST) -> _Change:
    def make() -> None:
        block[place] = new

    return _Change(line, kind, lambda: block[place], make)
