"""Every setting of a pipeline file with its value and where the value comes from; secrets are not shown."""

import copy
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nps_insights.jobs.settings.checked import checked, problems_of
from nps_insights.jobs.settings.pipeline import JOBS, JobSettings, given_in, in_project, job_of, project_of
from nps_insights.jobs.settings.secrets import FROM_ENVIRONMENT, masked, without_targets
from nps_insights.jobs.settings.toml_lines import SettingPath, leaves, setting_lines
from nps_insights.survey import KEY_VARIABLE
from nps_insights.tables import SettingsError

DEFAULT, PROJECT, MISSING = "default", "default, in the project's folder", "(missing)"
# Tokens stand anywhere in the URLs of services that are told.
_TARGETS = {("delivery", "to"), ("notify", "urls")}
_ROUNDS = 5


@dataclass(frozen=True)
class ShownSetting:
    """One setting.

    Attributes:
        name: Section and key, such as "report.by".
        value: As the job uses it, secrets as ***.
        origin: "default", "line 12", "option --as-of", and where it is read from the environment, whether it is there.
        problem: Why it cannot be used, or nothing.
    """

    name: str
    value: Any
    origin: str
    problem: str = ""


def settings_shown(
    pipeline: Path | None, *, job: str = "driver_report", options: Mapping[SettingPath, Any] | None = None
) -> list[ShownSetting]:
    """Return every setting of a job with its value and its origin; wrong ones with what is wrong about them.

    Args:
        pipeline: A pipeline file; None shows what holds where nothing is stated.
        job: The job, where no file names one.
        options: What the command line states, by the path of the setting.

    Raises:
        SettingsError: The file is missing, no TOML, or names another job.

    Example:
        >>> shown = {one.name: one for one in settings_shown(None, job="churn_scoring")}
        >>> shown["decision.capacity"].value, shown["decision.capacity"].origin
        (50, 'default')
    """
    given = {} if pipeline is None else given_in(pipeline)
    model = JOBS[job_of({"job": job} | given, pipeline or Path("--job"))]
    lines = {} if pipeline is None else setting_lines(pipeline.read_text(encoding="utf-8"))
    stated = dict(options or {})
    for path, value in stated.items():
        given.setdefault(str(path[0]), {})[str(path[1])] = value
    settings, problems = _usable(model, given)
    plain = leaves(settings.model_dump())
    known = plain
    if pipeline is not None and not problems:
        known = leaves(in_project(settings, project_of(pipeline), name=pipeline.stem).model_dump())
    shown = []
    for path, value in known.items():
        told = _origin(path, lines, stated) or (DEFAULT if value == plain.get(path) else PROJECT)
        shown.append(ShownSetting(_name(path), _shown(path, value), told + _environment(value)))
    # A default that stands for a wrong value would be read as the value that holds.
    wrong = {_name(path) for path, _ in problems}
    shown = [one for one in shown if one.name not in wrong]
    shown += [_wrong(path, problem, lines, stated, given) for path, problem in problems]
    return [*shown, *_key(settings)]


def config_in_words(shown: list[ShownSetting]) -> str:
    """Return the settings by section, a line each, and what is wrong below them."""
    lines: list[str] = []
    section = None
    right = [one for one in shown if not one.problem]
    widest = max((len(_key_of(one.name)) for one in right), default=0)
    texts = {one.name: _text(one.value) for one in right}
    for one in sorted(right, key=lambda one: "." in one.name):
        begins = one.name.partition(".")[0] if "." in one.name else ""
        if begins != section:
            lines += [""] * bool(lines) + ([f"[{begins}]"] if begins else [])
            section = begins
        lines.append(f"{_key_of(one.name):<{widest}}  {texts[one.name]:<34}  {one.origin}".rstrip())
    wrong = [f"  {one.problem} ({one.origin})" for one in shown if one.problem]
    return "\n".join([*lines, *(["", "Cannot be used", *wrong] if wrong else [])])


def config_in_data(shown: list[ShownSetting]) -> list[dict[str, Any]]:
    """Return the settings as JSON's types."""
    return [asdict(one) for one in shown]


def _usable(model: type[JobSettings], given: Mapping[str, Any]) -> tuple[JobSettings, list[tuple[SettingPath, str]]]:
    """The settings without what is wrong with them, and what is."""
    kept: dict[str, Any] = copy.deepcopy(dict(given))
    # What must be stated is shown as missing, among all the others that hold.
    kept.setdefault("input", {})
    found: list[tuple[SettingPath, str]] = []
    for _ in range(_ROUNDS):
        problems = problems_of(model, kept)
        if not problems:
            return checked(model, kept), found
        for path, problem in problems:
            found += [] if _placeheld(kept, path) and not given else [(path, problem)]
    raise SettingsError("settings: " + "; ".join(problem for _, problem in found))


def _placeheld(kept: dict[str, Any], path: SettingPath) -> bool:
    """Take a wrong value out; whether what is missing was given a stand-in instead."""
    inner: Any = kept
    for part in path[:-1]:
        if not isinstance(inner, dict) or part not in inner or not isinstance(inner[part], dict):
            break
        inner = inner[part]
    else:
        if path[-1] not in inner and path[0] == "input":
            inner[path[-1]] = MISSING
            return True
    _dropped(kept, path)
    return False


def _dropped(kept: dict[str, Any], path: SettingPath) -> None:
    """Drop the innermost table's key on the way to a wrong value; where it is not there, the table that lacks it."""
    inner: Any = kept
    way = []
    for part in path:
        if not isinstance(inner, dict) or part not in inner:
            break
        way.append((inner, part))
        inner = inner[part]
    if isinstance(inner, dict) and len(way) == len(path) - 1 and len(way) == 1:
        del way[0][0][way[0][1]]
    elif way:
        del way[-1][0][way[-1][1]]


def _wrong(
    path: SettingPath,
    problem: str,
    lines: Mapping[SettingPath, int],
    stated: Mapping[SettingPath, Any],
    given: Mapping[str, Any],
) -> ShownSetting:
    value = leaves(given).get(path)
    near = [found for found in lines if found[: len(path)] == path or path[: len(found)] == found]
    origin = _origin(path, lines, stated) or (f"line {lines[near[0]]}" if near else "not stated")
    return ShownSetting(_name(path), _shown(path, value), origin, problem)


def _origin(path: SettingPath, lines: Mapping[SettingPath, int], stated: Mapping[SettingPath, Any]) -> str:
    if path in stated:
        return f"option --{str(path[-1]).replace('_', '-')}"
    return f"line {lines[path]}" if path in lines else ""


def _environment(value: Any) -> str:
    """For values that name variables of the environment: whether these are there; never what they hold."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    names = [one.removeprefix(FROM_ENVIRONMENT) for one in texts if str(one).startswith(FROM_ENVIRONMENT)]
    told = [f"{name} is {'set' if name in os.environ else 'not set'}" for name in names]
    return f", from the environment: {', '.join(told)}" if told else ""


def _key(settings: JobSettings) -> list[ShownSetting]:
    if not settings.privacy.pseudonyms:
        return []
    there = KEY_VARIABLE in os.environ
    problem = "" if there else f"{KEY_VARIABLE}: is not set; the pseudonyms of privacy.pseudonyms need it"
    return [ShownSetting("privacy.key", "***" if there else None, f"environment: {KEY_VARIABLE}", problem)]


def _shown(path: SettingPath, value: Any) -> Any:
    if path in _TARGETS and value:
        return without_targets([value] if isinstance(value, str) else value)
    return masked(list(value) if isinstance(value, tuple) else value)


def _name(path: SettingPath) -> str:
    return ".".join(map(str, path))


def _key_of(name: str) -> str:
    return name.partition(".")[2] or name


def _text(value: Any) -> str:
    import json

    return "not given" if value is None else json.dumps(value, ensure_ascii=False, default=str)
