"""Weights of the answers, as asked for on the command line: a column, known shares, or who was asked."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nps_insights.jobs.driving.driver_questions import column_named
from nps_insights.metrics import Raked, nonresponse_weights, rake
from nps_insights.survey import read_source
from nps_insights.tables import SettingsError

MARGIN_COLUMNS = ("column", "group", "share")


def raked_to(file: str, responses: pd.DataFrame) -> Raked:
    """Return weights under which the answers have the shares of a file.

    Args:
        file: Columns `column`, `group` and `share` (or a number of customers): a row per group of each column.
        responses: Table `responses`.

    Raises:
        SettingsError: The file lacks a column, holds a share that is no number, or names an unknown column.
        DataRefusedError: A group of the answers has no share, or one with a share has no answer.
    """
    return rake(responses, _margins(file, responses))


def weighted_as_asked(
    invitations: pd.DataFrame | None,
    responses: pd.DataFrame,
    accounts: pd.DataFrame | None,
    by: Sequence[str],
    as_of: pd.Timestamp | None,
) -> Raked:
    """Return weights under which those who answered are made up like those who were asked.

    Raises:
        SettingsError: There are no invitations, or a column is known of the answers alone.
    """
    if invitations is None:
        raise SettingsError("--weights-as-asked: needs to know who was asked; name the file with --invitations")
    return nonresponse_weights(invitations, responses, accounts, by=by, as_of=as_of)


def _margins(file: str, responses: pd.DataFrame) -> Mapping[str, Mapping[str, float]]:
    rows = read_source(file).frame.rename(columns=lambda name: str(name).strip().casefold())
    missing = [name for name in MARGIN_COLUMNS if name not in rows]
    if missing:
        raise SettingsError(
            f"{file}: has no column {', '.join(missing)}; a row names a column, a group of it and the group's share, "
            "such as: Plan,Pro,0.3"
        )
    shares = pd.to_numeric(rows["share"], errors="coerce")
    if shares.isna().any():
        raise SettingsError(f"{file}: share == {rows.loc[shares.isna(), 'share'].iloc[0]!r}: must be a number")
    found: dict[str, dict[str, float]] = {}
    for column, group, share in zip(rows["column"].str.strip(), rows["group"].str.strip(), shares, strict=True):
        found.setdefault(column_named(column, responses), {})[group] = float(share)
    return found
