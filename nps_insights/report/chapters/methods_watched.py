"""Appendix: how what is watched was computed, in plain words."""

from collections.abc import Mapping

import pandas as pd

# Tables that a paragraph speaks of -> its heading and its text; it is there when one of the tables is.
_PARAGRAPHS = (
    (
        ("account_scores",),
        "Scores of business customers",
        "By account: the mean of each account’s contacts, every account counting once. By value: every account counts "
        "by its value. With few accounts the range is the one for few clusters; with too few of them there is none. "
        "Answers without an account, and accounts without a value, do not count there.",
    ),
    (
        ("comparability",),
        "Comparable",
        "Scale, wording, kind of survey, channel, touchpoint, trigger, customer mix, who was asked and the response "
        "rate of both periods are held against each other. Shifts are tested together (Rao and Scott; Benjamini and "
        "Hochberg). What shifted and can be taken out is: the change like for like is the one with the same shares in "
        "both periods (Kitagawa; Oaxaca and Blinder).",
    ),
    (
        ("alerts", "change_points", "series"),
        "Alerts and new levels",
        "The last finished period is held against the level before it. An alert is raised where the change passes a "
        "rule for many figures (control of the share of false alerts), is large enough to matter, and was not told of "
        "before. A group is blamed only where it moved otherwise than all others together; what rests once its answers "
        "are left out is a part of its alert. A new level is a period from which on the figure stays elsewhere; it may "
        "be seen a few periods later.",
    ),
    (
        ("traces",),
        "What changed with an alert",
        "The change is taken apart by one column after the other: of each group, that its share of the answers "
        "changed, and that it answered otherwise (Kitagawa). For themes: how often each is mentioned, times what a "
        "mention goes with in one model of all of them. The parts of a column add up to the change exactly. They are "
        "associated with it; an event in the same period is shown beside it and enters no figure.",
    ),
    (
        ("restatements",),
        "Issued before, different today",
        "Every issued figure was kept. Where today’s differs, the difference is split into answers that came late, "
        "answers that were corrected or removed, edits of themes, and other settings.",
    ),
    (
        ("targets",),
        "Targets",
        "A model of the whole history whose level and pace may drift says what is expected by the date, and how often "
        "the figure measured then would be at the target or beyond. It knows nothing of what is planned to be done.",
    ),
    (
        ("nonresponse", "invitation_audit"),
        "Who was asked",
        "The response rate has a score interval (Wilson) that counts accounts. With a response rate r the number of "
        "everybody asked lies within r × NPS ± 100 × (1 − r): nothing is assumed of the silent.",
    ),
    (
        ("agents",),
        "Agents",
        "Compared at the same cases, and drawn towards all agents as far as chance explains their distance (empirical "
        "Bayes). Fewer than thirty answers are not judged, and nobody is ranked.",
    ),
    (
        ("actions", "action_lists"),
        "What to do next",
        "An account stands on one list at most. What a list is expected to bring is the sum of the chances of its "
        "accounts; its range says how chance would scatter that sum, and not whether an action works.",
    ),
    (
        ("closed_loop",),
        "What became of contacts",
        "Who answers low answers higher the next time by chance alone. So those contacted are held against customers "
        "without a contact who gave the same scores, answered again after as long and are alike in what is known.",
    ),
    (
        ("money",),
        "Money",
        "Ranges come from drawing accounts again and again (bootstrap). What is at risk is the sum of risk × value.",
    ),
)


def watched_methods(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return a heading and a text for each part of the watched number that a run has.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> watched_methods(report_tables({}))
        []
    """
    return [(heading, text) for names, heading, text in _PARAGRAPHS if any(len(tables[name]) for name in names)]
