"""Keep the books: every row read ends as kept, quarantined, duplicate or filtered, and says why."""

from typing import Literal

import numpy as np
import pandas as pd

from nps_insights.survey.files.raw import RawTable
from nps_insights.tables import conform

Fate = Literal["quarantined", "duplicate", "filtered"]
_LONGEST_VALUE = 200


class Ledger:
    """The fate of every row of one source.

    A row that is out stays out: its first fate counts.

    Attributes:
        raw: The source.
        fates: Per readable row: "" while it is in, else its fate.
        reasons: (fate, reason) -> number of rows.

    Example:
        >>> frame = pd.DataFrame({"score": ["9", "11", ""]}, dtype="str")
        >>> ledger = Ledger(RawTable("export.csv", frame, np.array([2, 3, 4]), pd.DataFrame()))
        >>> ledger.quarantine(frame["score"] == "11", "score", "is outside 0-10", frame["score"])
        >>> ledger.take_out(frame["score"] == "", "filtered", "no score")
        >>> ledger.counts()
        {'read': 3, 'kept': 1, 'quarantined': 1, 'duplicate': 0, 'filtered': 1}
    """

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.fates = pd.Series("", index=raw.frame.index, dtype="str")
        self.reasons: dict[tuple[Fate, str], int] = {}
        self._entries: list[pd.DataFrame] = []
        if len(raw.broken):
            self._count("quarantined", "row: the cells do not fit the header", len(raw.broken))
            self._enter(raw.broken["row_number"], "row", raw.broken["reason"], None)
        for reason, n_rows in raw.set_aside["reason"].value_counts().sort_index().items():
            self._count("filtered", str(reason), int(n_rows))

    @property
    def open(self) -> pd.Series:
        """Where a row is still in."""
        return self.fates == ""

    def take_out(self, where: pd.Series, fate: Fate, reason: str) -> None:
        """Give the rows `where` that are still in a fate, and count them under `reason`."""
        where = where & self.open
        if n_rows := int(where.sum()):
            self.fates = self.fates.mask(where, fate)
            self._count(fate, reason, n_rows)

    def quarantine(self, where: pd.Series, field: str, reasons: pd.Series | str, values: pd.Series | None) -> None:
        """Refuse the rows `where` that are still in: one entry each, with the reason and the value."""
        where = where & self.open
        if not where.any():
            return
        told = pd.Series(reasons, index=where.index, dtype="str") if isinstance(reasons, str) else reasons
        for reason, n_rows in told[where].map(_kind).value_counts().sort_index().items():
            self._count("quarantined", f"{field}: {reason}", int(n_rows))
        numbers = pd.Series(self.raw.row_numbers, index=where.index)
        self._enter(numbers[where], field, told[where], None if values is None else values[where])
        self.fates = self.fates.mask(where, "quarantined")

    def counts(self) -> dict[str, int]:
        """Return the number of rows read, kept, quarantined, duplicate and filtered."""
        by_fate = self.fates.value_counts()
        counts = {
            "read": self.raw.n_read,
            "kept": int(by_fate.get("", 0)),
            "quarantined": int(by_fate.get("quarantined", 0)) + len(self.raw.broken),
            "duplicate": int(by_fate.get("duplicate", 0)),
            "filtered": int(by_fate.get("filtered", 0)) + len(self.raw.set_aside),
        }
        if counts["read"] != sum(counts[name] for name in ("kept", "quarantined", "duplicate", "filtered")):
            raise AssertionError(f"rows do not add up: {counts}")
        return counts

    def quarantined_rows(self) -> pd.DataFrame:
        """Return the quarantine table of this source."""
        columns = ["source", "row_number", "field", "reason", "value"]
        entries = pd.concat(self._entries) if self._entries else pd.DataFrame(columns=columns)
        return conform("quarantine", entries[columns])

    def breakdown(self) -> dict[str, dict[str, int]]:
        """Return fate -> reason -> number of rows, the most frequent reason first."""
        ranked = sorted(self.reasons.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        result: dict[str, dict[str, int]] = {}
        for (fate, reason), n_rows in ranked:
            result.setdefault(fate, {})[reason] = n_rows
        return result

    def _count(self, fate: Fate, reason: str, n_rows: int) -> None:
        self.reasons[fate, reason] = self.reasons.get((fate, reason), 0) + n_rows

    def _enter(self, numbers: pd.Series, field: str, reasons: pd.Series, values: pd.Series | None) -> None:
        entry = pd.DataFrame({"row_number": numbers.to_numpy(), "reason": reasons.to_numpy()})
        entry["source"], entry["field"] = self.raw.name, field
        shown = np.full(len(entry), None, dtype=object) if values is None else values.str[:_LONGEST_VALUE].to_numpy()
        entry["value"] = pd.Series(shown, index=entry.index, dtype="str")
        self._entries.append(entry)


def _kind(reason: str) -> str:
    """A reason that names an id or scores is counted with its like."""
    return reason if not reason.startswith("response_id ") else "one response_id has several scores"
