"""Ids of who is to be forgotten, and their pseudonyms in the runs; a key that the runs did not have is told."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from nps_insights.jobs.forgetting.kinds import standing_of
from nps_insights.jobs.forgetting.places import Places
from nps_insights.survey import KEY_VARIABLE, Forgotten, is_pseudonym, key_from, pseudonym
from nps_insights.survey.comments import cleaned
from nps_insights.tables import SettingsError, counted


def with_pseudonyms(ids: Sequence[str], places: Places) -> list[list[str]]:
    """Return each id, and beside it its pseudonym where the environment holds the key.

    Args:
        ids: As they were asked for.
        places: Where the runs stand.

    Raises:
        SettingsError: An id is blank; or it is a real one, runs hold pseudonyms, and the key is missing or another.
    """
    stated = cleaned(pd.Series(list(ids), dtype="str")).tolist()
    if not stated or not all(stated):
        raise SettingsError("--id: is blank; give a contact_id, account_id or response_id")
    real = not all(map(is_pseudonym, stated))
    if not _is_key_there():
        hidden = places.pseudonyms or any(map(is_pseudonym, standing_of((), places.runs, Forgotten()).everybody))
        if real and hidden:
            raise SettingsError(
                f"--id: runs of this project hold pseudonyms, and without the key nobody can tell which are of the ids "
                f"given; set the environment variable {KEY_VARIABLE} to the key that the runs had, or give pseudonyms"
            )
        return [[one] for one in stated]
    key = key_from(os.environ)
    if real and places.keys and key.fingerprint not in places.keys:
        raise SettingsError(
            f"{KEY_VARIABLE}: holds another key than {_runs(places.keys)} here had, so nobody would be found in "
            "them; set the key that they had and run the same command again, or give pseudonyms"
        )
    return [list(dict.fromkeys([one, pseudonym(one, key)])) for one in stated]


def runs_of_other_keys(places: Places) -> list[str]:
    """Return a sentence on the runs whose pseudonyms the key of the environment cannot make, if there are any."""
    held = key_from(os.environ).fingerprint if _is_key_there() else None
    others = {one: runs for one, runs in places.keys.items() if one != held}
    if held is None or not others:
        return []
    first = min(run for runs in others.values() for run in runs)
    return [
        f"{_runs(others)} here had another key than the one in {KEY_VARIABLE} ({first}), so ids that were "
        "asked for are not found there; set the key that was used and run the same command again"
    ]


def _is_key_there() -> bool:
    return bool(os.environ.get(KEY_VARIABLE, "").strip())


def _runs(keys: Mapping[str, Sequence[Path]]) -> str:
    return counted(sum(map(len, keys.values())), "run", "runs")
