"""What became of the edits."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class EditReport:
    """What became of each edit.

    Attributes:
        table: Table `theme_edits`: position, entry ("edit 3"), kind, given, status, why. "applied" is as it was given,
            "adapted" means that it was done to what the theme has become, "not_applied" that nothing was done.
    """

    table: pd.DataFrame

    @property
    def notes(self) -> list[str]:
        """Plain sentences: how many edits hold, and each that was adapted or not applied, with the reason."""
        if self.table.empty:
            return []
        done = int((self.table["status"] != "not_applied").sum())
        notes = [f"{done} of {len(self.table)} edits of themes are in effect."]
        for row in self.table[self.table["status"] != "applied"].itertuples():
            how = "was not applied" if row.status == "not_applied" else "was adapted"
            notes.append(f"{row.entry} ({row.given}) {how}: {row.why}.")
        return notes
