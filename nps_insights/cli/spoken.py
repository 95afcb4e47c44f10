"""Messages name settings as a pipeline file does; who typed a command is told its options."""

import re

# Settings whose option is not called as they are.
_OPTIONS = {
    "answers.survey": "--survey-kind",
    "csat.scale": "--csat-scale",
    "ces.scale": "--ces-scale",
    "churn.competing_reasons": "--competing-reason",
    "churn.excluded_reasons": "--exclude-reason",
    "dates.format": "--date-format",
    "dates.missing": "--missing-dates",
    "decision.categories": "--category",
    "engine.master": "--spark",
    "output.folder": "--out",
    "privacy.regions": "--phone-region",
    "tracking.uri": "--tracking-uri",
}
# Sections whose settings have options of their own names.
_SECTIONS = "input|score|report|themes|drivers|output|watch|churn|scoring|decision|target"
_KEY = re.compile(rf"(?<![\w.\[/-])(?:{'|'.join(map(re.escape, _OPTIONS))}|(?:{_SECTIONS})\.[a-z_]+)\b(?:\.\d+\b)?")


def in_options(message: str, known: frozenset[str]) -> str:
    """Return a message in which settings that are options of a command are named as such.

    Args:
        message: Names settings as `section.key`.
        known: Options of the command.

    Example:
        >>> in_options("settings: report.edition.0: input should be 'board'", frozenset({"--edition"}))
        "settings: --edition: input should be 'board'"
        >>> in_options("score.scales until == '5': must be a day", frozenset({"--scale"}))
        "score.scales until == '5': must be a day"
    """

    def spoken(found: re.Match[str]) -> str:
        key = re.sub(r"\.\d+$", "", found.group())
        option = _OPTIONS.get(key, "--" + key.partition(".")[2].replace("_", "-"))
        return option if option in known else found.group()

    return _KEY.sub(spoken, message)
