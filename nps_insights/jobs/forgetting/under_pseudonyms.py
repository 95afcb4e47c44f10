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
    # A run that does not tell its key may be under this one, and ids in clear are found without any.
    if real and places.keys and not {key.fingerprint, ""} & places.keys.keys() and not places.in_clear:
        raise SettingsError(
            f"{KEY_VARIABLE}: holds another key than {_runs(places.keys)} here had, so nobody would be found in "
            "them; set the key that they had and run the same command again, or give pseudonyms"
        )
    return [list(dict.fromkeys([one, pseudonym(one, key)])) for one in stated]


def runs_of_other_keys(ids: Sequence[str], places: Places) -> list[str]:
    """Return sentences on runs whose pseudonyms the key of the environment cannot make, or may not have made.

    Args:
        ids: As they were asked for; pseudonyms are found under every key.
        places: Where the runs stand.
    """
    if not _is_key_there() or all(map(is_pseudonym, ids)):
        return []
    held = key_from(os.environ).fingerprint
    others = {one: runs for one, runs in places.keys.items() if one not in (held, "")}
    told = []
    if others:
        first = min(run for runs in others.values() for run in runs)
        told.append(
            f"{_runs(others)} here had another key than the one in {KEY_VARIABLE} ({first}), so real ids are not found "
            "there; set the key that was used and run the same command again"
        )
    if silent := places.keys.get(""):
        told.append(
            f"{counted(len(silent), 'run here does', 'runs here do')} not tell the key of their pseudonyms "
            f"({min(silent)}); if it was not the one in {KEY_VARIABLE}, set it and run the same command again"
        )
    return told


def _is_key_there() -> bool:
    return bool(os.environ.get(KEY_VARIABLE, "").strip())


def _runs(keys: Mapping[str, Sequence[Path]]) -> str:
    return counted(sum(map(len, keys.values())), "run", "runs")
