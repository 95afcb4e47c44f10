"""The verdict in words."""

import pandas as pd

from nps_insights.metrics.comparability.findings import Finding

CALLED = {
    "scale": "the scale",
    "wording": "the wording",
    "survey": "the kind of survey",
    "channel": "the channel",
    "touchpoint": "the touchpoint",
    "trigger": "the trigger",
    "customer_mix": "the customer mix",
    "sampling": "who was asked",
    "response_rate": "the response rate",
}
_AND_LEVEL = {
    "channel": "{moved} {level} answers",
    "survey": "{moved} {level} answers",
    "touchpoint": "{moved} answers after {level}",
    "trigger": "{moved} answers after {level}",
    "wording": "{moved} answers to the wording “{level}”",
    "scale": "{moved} answers on the scale {level}",
    "customer_mix": "{moved} answers from {level} ({group})",
    "sampling": "{moved} answers from {level} ({group})",
}
_TIMING = "{moved} answers {level} after the event"
TIMING = "days since the event"


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them.

    Example:
        >>> listed(["the wording", "the trigger", "who was asked"])
        'the wording, the trigger and who was asked'
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def called(findings: list[Finding]) -> list[str]:
    """Return what was looked at, each once, in the order of the questions.

    Example:
        >>> called([Finding("customer_mix", "plan", "same", ""), Finding("customer_mix", "region", "same", "")])
        ['the customer mix']
    """
    return list(dict.fromkeys(CALLED[finding.check] for finding in findings))


def moved_level(finding: Finding, levels: pd.DataFrame) -> str:
    """Return which value of a column makes the difference: "more sms answers".

    Args:
        finding: On the column.
        levels: Of `LikeForLike`, rows of this column: level, share_before, share_after, points.

    Example:
        >>> levels = pd.DataFrame({"level": ["email", "sms"], "share_before": [0.9, 0.1]})
        >>> moved_level(Finding("channel", "", "adjusted", ""), levels.assign(share_after=[0.5, 0.5], points=-2.0))
        'more sms answers'
    """
    gained = levels["share_after"] - levels["share_before"]
    weight = levels["points"].abs().round(9)
    if weight.max() == 0:
        weight = gained.abs().round(9)
    # Of two that do as much, the one that grew is named.
    order = pd.DataFrame({"weight": weight, "gained": gained}).sort_values(["weight", "gained"], kind="stable")
    at = order.index[-1]
    # Those who were asked by channel answered by channel.
    subject = finding.group if finding.check == "sampling" and finding.group in _AND_LEVEL else finding.check
    form = _TIMING if finding.group == TIMING else _AND_LEVEL[subject]
    moved = "more" if gained[at] > 0 else "fewer"
    return form.format(moved=moved, level=levels.loc[at, "level"], group=finding.group)


def of_the_change(part: float, change: float) -> str:
    """Return how much of the change a part is: "1 of the 6 points".

    Example:
        >>> of_the_change(-1.2, -6.1), of_the_change(2.0, -6.1)
        ('1 of the 6 points', '+2 points, against a change of -6')
    """
    own, whole = round(abs(part)), round(abs(change))
    if part * change > 0 and 0 < own < whole:
        return f"{own} of the {whole} points"
    if part * change > 0 and own == whole > 0:
        return f"all of the {whole} points" if whole > 1 else "the whole point"
    return f"{part:+.0f} points, against a change of {change:+.0f}".replace("-0", "0").replace("+0", "0")


def not_known_words(findings: list[Finding], between: tuple[str, str]) -> str:
    """Return the clause on what is not known, empty where all is.

    Example:
        >>> not_known_words([Finding("wording", "", "not_known", "")], (" (", ")"))
        ' (not known: the wording)'
    """
    unknown = [finding for finding in findings if finding.result == "not_known"]
    names = called(unknown)
    return f"{between[0]}not known: {listed(names)}{between[1]}" if names else ""
