"""What pages show: command lines that must parse, settings that must be known, and files that must be there."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from typer.main import get_command

import nps_insights
from nps_insights.cli.main import app
from nps_insights.jobs.settings.pipeline import JOBS
from nps_insights.tables import SettingsError

_COMMAND = re.compile(r"(?:\$ )?(?:\.venv/bin/)?nps-insights (.+)")
_INLINE_SETTING = re.compile(r"\[(?P<section>[a-z_]+)\]\s+(?P<rest>[a-z_]+(?:\s*=.+)?)")
# A section on a line of its own starts a block of settings; the job may stand above it.
_SECTION = re.compile(r"(?m)^(?:job = .+\n\s*)?\[\[?[a-z_.]+\]?\]\s*$")
_FILE = re.compile(r"(?:benchmarks|docs|notebooks|nps_insights|pipelines|scripts|tests)/[\w./-]+(?:::\w+)?")
# What every job must be told, so that a block of one section can be judged.
_LEAST: dict[str, dict[str, Any]] = {
    "driver_report": {"input": {"survey": "survey.csv"}},
    "churn_training": {"input": {"survey": "survey.csv", "accounts": "accounts.csv"}},
    "churn_scoring": {"input": {"survey": "survey.csv", "accounts": "accounts.csv"}},
}


def code_in(text: str) -> Iterator[tuple[bool, str]]:
    r"""Yield every piece of code of a page, and whether it is a block.

    >>> list(code_in("Say `--out`:\n\n    one\n    two\n"))
    [(False, '--out'), (True, 'one\ntwo\n')]
    """
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in ("fence", "code_block"):
            yield True, token.content
        for child in token.children or []:
            if child.type == "code_inline":
                yield False, child.content


def commands_in(text: str) -> list[str]:
    r"""Return the commands of nps-insights that a page shows, without the program's name.

    >>> commands_in("`nps-insights nps a.csv`\n\n    .venv/bin/nps-insights diff a \\\n      b  # both\n")
    ['nps a.csv ...', 'diff a b']
    """
    found = []
    for is_block, code in code_in(text):
        lines = code.replace("\\\n", " ").splitlines() if is_block else [code]
        hits = [hit for line in lines if (hit := _COMMAND.fullmatch(line.strip()))]
        said = [shlex.join(shlex.split(hit[1], comments=True)) for hit in hits]
        # A sentence may name a command without its arguments.
        found += said if is_block else [f"{one} ..." for one in said]
    return found


@cache
def _program() -> Any:
    return get_command(app)


def command_problem(command: str) -> str:
    """Return why a command line does not parse, or "" where it does. Nothing is run.

    Where it holds "..." something is left to the reader, and only its words and the names of its options are judged.

    Args:
        command: Its words, without the program's name.
    """
    words = shlex.split(command)
    known: Any = _program()
    context: Any = None
    name = "nps-insights"
    while hasattr(known, "commands"):
        context = known.context_class(known, info_name=name, parent=context)
        name, words = (words[0], words[1:]) if words else ("", [])
        if name == "--help":
            return ""
        if name not in known.commands:
            return f"{command}: there is no command {name!r}"
        known = known.commands[name]
    options = {one for parameter in known.params for one in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    unknown = [one for word in words if (one := word.partition("=")[0]).startswith("--") and one not in options]
    if unknown:
        return f"{command}: {name} has no {', '.join(unknown)}"
    if "..." in words or "--help" in words:
        return ""
    try:
        known.make_context(name, words, parent=context)
    except Exception as error:
        return f"{command}: {getattr(error, 'message', error)}"
    return ""


def settings_in(text: str) -> list[str]:
    r"""Return the settings that a page shows, each as TOML.

    >>> settings_in("`[privacy] redact = false` and `[privacy] regions`\n\n    [watch]\n    earlier = 6\n")
    ['[privacy]\nredact = false', '[privacy]\nregions', '[watch]\nearlier = 6\n']
    """
    found = []
    for is_block, code in code_in(text):
        inline = None if is_block else _INLINE_SETTING.fullmatch(code)
        if inline:
            found.append(f"[{inline['section']}]\n{inline['rest']}")
        elif is_block and (start := _SECTION.search(code)):
            found.append(code[start.start() :])
    return found


def setting_problem(shown: str) -> str:
    """Return why no job knows the settings, or "" where one does.

    Args:
        shown: TOML; a section with a name and no value asks only whether there is such a setting.
    """
    section, _, name = shown.partition("\n")
    if re.fullmatch(r"[a-z_]+", name):
        known = any(name in _names(model, section.strip("[]")) for model in JOBS.values())
        return "" if known else f"{section} {name}: no job has such a setting"
    try:
        given = tomllib.loads(shown)
    except tomllib.TOMLDecodeError as error:
        return f"{shown!r}: {error}"
    said = []
    for job, least in _LEAST.items():
        if given.get("job", job) != job:
            continue
        sections = {**least, **given, "input": {**least["input"], **given.get("input", {})}}
        try:
            JOBS[job].model_validate(sections)
        except (ValueError, SettingsError) as error:
            said.append(f"{job}: {' '.join(str(error).split())[:300]}")
        else:
            return ""
    return f"{shown!r}: {'; '.join(said) or 'no such job'}"


def _names(model: Any, section: str) -> set[str]:
    field = model.model_fields.get(section)
    return set(getattr(field.annotation, "model_fields", {})) if field else set()


def files_in(text: str) -> list[str]:
    """Return the files of the repository that a page names in code, with the test where one is named.

    >>> files_in("`tests/test_docs.py::test_links` and `python -m benchmarks.coverage`")
    ['tests/test_docs.py::test_links', 'benchmarks/coverage.py']
    """
    inline = [code for is_block, code in code_in(text) if not is_block]
    modules = [hit[1].replace(".", "/") + ".py" for code in inline if (hit := re.match(r"python -m (\S+)", code))]
    return [*(code for code in inline if _FILE.fullmatch(code)), *modules]


def file_problem(named: str, root: Path) -> str:
    """Return why a named file is none of the repository, or "" where it is there.

    Args:
        named: Path from the root; "::" and a function may follow.
        root: The repository.
    """
    path, _, function = named.partition("::")
    file = root / path.rstrip("/")
    if not file.exists():
        return f"{named}: there is no such file"
    if function and not re.search(rf"(?m)^def {re.escape(function)}\(", file.read_text(encoding="utf-8")):
        return f"{named}: has no such test"
    return ""


def names_in(text: str) -> list[str]:
    """Return the names that a page takes from the package, as `npsi.name`.

    >>> names_in("`npsi.nps(a)`")
    ['nps']
    """
    return [name for _, code in code_in(text) for name in re.findall(r"\bnpsi\.(\w+)", code)]


def name_problem(name: str) -> str:
    """Return why a name cannot be taken from the package, or "" where it can.

    Args:
        name: Without the package.
    """
    return "" if name in nps_insights.__all__ else f"npsi.{name}: is no public name"
