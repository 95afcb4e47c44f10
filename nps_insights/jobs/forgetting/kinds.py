"""Under which kinds an id stands in the runs, and what to look at where it stands nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from nps_insights.jobs.finished import columns_there
from nps_insights.jobs.forgetting.person import tables_in
from nps_insights.survey import FORGOTTEN_BY, KEY_VARIABLE, Forgotten, is_pseudonym
from nps_insights.tables import SettingsError


@dataclass(frozen=True)
class Standing:
    """Where ids stand.

    Attributes:
        in_runs: Kind of id -> all ids of the runs.
        forgotten: Kind of id -> those of the ids asked for that were forgotten under it.
    """

    in_runs: Mapping[str, set[str]] = field(default_factory=dict)
    forgotten: Mapping[str, set[str]] = field(default_factory=dict)

    @property
    def everybody(self) -> set[str]:
        """All ids of the runs, of every kind."""
        return set[str]().union(*self.in_runs.values())

    def kinds_of(self, names: Iterable[str]) -> list[str]:
        """Return the kinds under which one of the names of a person stands, or was forgotten."""
        return [one for one in FORGOTTEN_BY if {*names} & (self._there(one) | self.forgotten.get(one, set()))]

    def unclear(self, names: Iterable[str]) -> bool:
        """Return whether a name stands under two kinds, so that it may be two people's.

        Who stands in no run, or was forgotten under every kind because they stood in none, is nobody else.
        """
        there = any({*names} & self._there(one) for one in FORGOTTEN_BY)
        of_all_kinds = all({*names} & self.forgotten.get(one, set()) for one in FORGOTTEN_BY)
        return there and not of_all_kinds and len(self.kinds_of(names)) > 1

    def _there(self, kind: str) -> set[str]:
        return self.in_runs.get(kind, set())


def standing_of(ids: Iterable[str], folders: Sequence[Path], forgotten: Forgotten) -> Standing:
    """Return where ids stand, in the runs and among those who were forgotten.

    Args:
        ids: Ids asked for, and their pseudonyms.
        folders: Run folders.
        forgotten: Who was forgotten before.
    """
    listed = pd.Series(sorted(set(ids)), dtype="str")
    in_runs: dict[str, set[str]] = {name: set() for name in FORGOTTEN_BY}
    for path in (path for folder in folders for path in tables_in(folder)):
        for name, values in columns_there(path, FORGOTTEN_BY).items():
            in_runs[name] |= set(values.dropna())
    return Standing(in_runs, {name: set(listed[forgotten.holds(name, listed)]) for name in FORGOTTEN_BY})


def stated_kinds(asked: Sequence[Sequence[str]], standing: Standing, kind: str | None) -> list[tuple[str, str]]:
    """Return (kind, id) of everybody who was asked for; ids that stand nowhere are taken as all kinds.

    Args:
        asked: Of each person the id, and its pseudonym where there is a key.
        standing: Where they stand.
        kind: As it was stated, or None.

    Raises:
        SettingsError: An id stands under two kinds, so that it may be two people's.

    Example:
        >>> stated_kinds([["c7"]], Standing({"contact_id": {"c7"}}), None)
        [('contact_id', 'c7')]
    """
    if kind is not None and kind not in FORGOTTEN_BY:
        raise SettingsError(f"--as {kind}: must be one of {', '.join(FORGOTTEN_BY)}")
    pairs = []
    for names in asked:
        known = [kind] if kind else standing.kinds_of(names)
        if not kind and standing.unclear(names):
            raise SettingsError(
                f"--id: one of the {len(asked)} ids stands as {' and as '.join(known)}, which may be two people; say "
                f"which one with --as {known[0]}"
            )
        pairs += [(name, one) for name in known or FORGOTTEN_BY for one in names]
    return pairs


def hints_on(asked: Sequence[Sequence[str]], standing: Standing) -> list[str]:
    """Return what to look at where somebody who was asked for stands in no run; no id is told.

    Args:
        asked: Of each person the id, and its pseudonym where there is a key.
        standing: Where they stand.

    Example:
        >>> hints_on([["c-7"]], Standing({"contact_id": {"C-7"}}))[0][:64]
        'an id stands in no run, and 1 id of the runs differs from it onl'
    """
    everybody = standing.everybody
    hints = []
    for names in (one for one in asked if not everybody & {*one}):
        near = sum(_plain(one) == _plain(names[0]) for one in everybody)
        if near:
            differ = "1 id of the runs differs" if near == 1 else f"{near:,} ids of the runs differ"
            hints.append(
                f"an id stands in no run, and {differ} from it only in case, zeros in front or signs; ids are compared "
                "letter by letter, so give it as the runs write it if that is who is meant"
            )
        if len(names) > 1 and any(map(is_pseudonym, everybody)):
            hints.append(
                "an id stands in no run, nor does its pseudonym, and runs here hold pseudonyms; if they were made "
                f"under another key than the one in {KEY_VARIABLE}, set that one and run the same command again"
            )
    return list(dict.fromkeys(hints))


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold())).lstrip("0")
