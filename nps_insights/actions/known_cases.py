"""What was known before a moment of the cases: proposals, contacts, closings and results."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.tables import conform


@dataclass(frozen=True, eq=False)
class KnownCases:
    """What was known before a moment of the cases.

    Attributes:
        rows: Table `outcomes`: cases proposed before it; contacts, closings and results of later are empty.
        later: Table `outcomes`: cases proposed on or after it, which are not used.
        as_of: The moment.
    """

    rows: pd.DataFrame
    later: pd.DataFrame
    as_of: pd.Timestamp

    def left_aside(self, action: str | None = None) -> str:
        """Return in a sentence how many cases, of an action or of all, are not used; "" where all are."""
        later, known = (rows if action is None else rows[rows["action"] == action] for rows in (self.later, self.rows))
        if later.empty:
            return ""
        when = f"{self.as_of:%Y-%m-%d}" if self.as_of == self.as_of.normalize() else f"{self.as_of:%Y-%m-%d %H:%M}"
        were = "outcome was" if len(later) + len(known) == 1 else "outcomes were"
        return (
            f"{len(later):,} of {len(later) + len(known):,} {were} proposed on or after {when}, the moment of knowing, "
            f"and {'is' if len(later) == 1 else 'are'} not used; state a later as_of."
        )


def cases_before(outcomes: pd.DataFrame, *, as_of: pd.Timestamp) -> KnownCases:
    """Return the cases as they were known before `as_of`.

    A result is known when its case was closed, or where it has not been closed, when contact was made.

    Args:
        outcomes: Table `outcomes`.
        as_of: The moment of knowing; what happened at that very moment is not known yet.

    Example:
        >>> outcomes = pd.DataFrame({"action": "call", "account_id": ["a"], "proposed_at": pd.Timestamp("2026-01-01"),
        ...     "contacted_at": pd.Timestamp("2026-01-02"), "closed_at": pd.Timestamp("2026-02-01"), "result": "kept"})
        >>> known = cases_before(outcomes, as_of=pd.Timestamp("2026-02-01"))
        >>> known.rows[["contacted_at", "closed_at", "result"]].notna().values.tolist(), known.left_aside()
        ([[True, False, False]], '')
        >>> cases_before(outcomes, as_of=pd.Timestamp("2026-01-01")).left_aside()[:53]
        '1 of 1 outcome was proposed on or after 2026-01-01, t'
    """
    cases = conform("outcomes", outcomes)
    told_at = cases["closed_at"].fillna(cases["contacted_at"])
    seen = cases.assign(
        **{name: cases[name].where(cases[name] < as_of) for name in ("contacted_at", "closed_at")},
        # A result without any date says nothing of when it became known; without a contact it counts nowhere.
        result=cases["result"].mask(told_at >= as_of),
    )
    early = cases["proposed_at"] < as_of
    return KnownCases(seen[early], cases[~early], as_of)
