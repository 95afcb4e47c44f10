"""What the guard rails found: drivers that are no causes, and drivers whose points need a footnote."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nps_insights.report import words
from nps_insights.report.rows.driver_rows import Driver

MOST_NAMED = 3
# Of several checks that one driver fails; the finding itself stands in the appendix.
_FOOTNOTES = (
    (
        "collinear",
        "{names}: hardly to be told apart from other themes or attributes; read their points together. The appendix "
        "says which.",
    ),
    (
        "separation",
        "{names}: nearly all of those behind it gave the same kind of answer, so the range says less than it seems to.",
    ),
)


def failed(checks: pd.DataFrame, check: str) -> frozenset[str]:
    """Return the ids of the drivers that failed a check.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> failed(report_tables({})["driver_checks"], "collinear")
        frozenset()
    """
    rows = checks[(checks["check"] == check) & ~checks["passed"].astype(bool)]
    return frozenset(rows["driver_id"])


def no_causes(tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the drivers that only say again how people feel: they stand in the appendix and in no list of causes.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> no_causes(report_tables({}))
        frozenset()
    """
    return failed(tables["driver_checks"], "sentiment_only")


def footnotes(tables: Mapping[str, pd.DataFrame], shown: Sequence[Driver]) -> list[str]:
    """Return what must be said of the drivers that are shown.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> footnotes(report_tables({}), [])
        []
    """
    said = []
    for check, sentence in _FOOTNOTES:
        ids = failed(tables["driver_checks"], check)
        names = [words.quoted(words.clean(driver.label, most=60)) for driver in shown if driver.driver_id in ids]
        if names:
            said.append(sentence.format(names=words.listed(names)))
    return said


def only_feelings(tables: Mapping[str, pd.DataFrame], kind: str) -> str:
    """Say which drivers of a kind are not listed because they only say again how people feel; or nothing.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> only_feelings(report_tables({}), "theme")
        ''
    """
    checks = tables["driver_checks"]
    rows = checks[(checks["kind"] == kind) & checks["driver_id"].isin(no_causes(tables))]
    labels = sorted({words.clean(label, most=60) for label in rows["label"]})
    if not labels:
        return ""
    named = [words.quoted(label) for label in labels[:MOST_NAMED]]
    if len(labels) > MOST_NAMED:
        named.append(words.plural(len(labels) - MOST_NAMED, "other"))
    one = len(labels) == 1
    return (
        f"{words.listed(named)} only {'says' if one else 'say'} again how people feel, and {'is' if one else 'are'} "
        "therefore not listed: praise and blame do not tell what to mend."
    )
