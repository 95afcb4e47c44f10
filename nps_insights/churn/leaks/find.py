"""The leak guard: what may know the outcome, found before a model is trained."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.churn.leaks.announced import announced_leaks
from nps_insights.churn.leaks.cases import Cases, cases_of
from nps_insights.churn.leaks.columns import Row, id_order, row_of, set_at_exit, too_good
from nps_insights.churn.leaks.dates import dated_after, follows_end
from nps_insights.churn.leaks.ids import is_id, make_of, order_of
from nps_insights.churn.leaks.names import named_like_outcome
from nps_insights.churn.leaks.one_column import Told, many_at_once, told_by
from nps_insights.churn.leaks.reading import as_dates, as_read
from nps_insights.churn.leaks.result import COMMENTS, Leaks, column_of
from nps_insights.churn.panel import ChurnPanel
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError, conform

# Fewer leavers prove nothing of a single column: names and dates are still looked at.
FEWEST_LEFT = 20
# Where customers leave at the end of a term, the days to it part leavers from stayers, and were known.
_PLANNED = ("account/days_to_renewal",)


def find_leaks(
    panel: ChurnPanel,
    accounts: pd.DataFrame,
    responses: pd.DataFrame | None = None,
    *,
    comments: pd.DataFrame | None = None,
    allowed: Iterable[str] = (),
    confidence_level: float = 0.95,
) -> Leaks:
    """Return which columns and comments may know the outcome before it can be known.

    Attributes of the accounts are judged as they stand in the file, before any feature is made of them: the file was
    written after the outcomes. They, and comments, are judged by whether the account has left at all; accounts that
    left outside every horizon are set aside. Every other feature is judged by what became of the account at that
    date. Each account counts once (`cases_of`).

    Kinds of findings:

    - `outcome_name`: called like churn, cancellation, end.
    - `too_good`: one column parts leavers from stayers more than any honest one does (`columns.TOO_FAR_APART`).
    - `set_at_exit`: values, a missing or filled one among them, that hardly anyone but leavers has.
    - `dated_after`: dates after the last as_of of their account, or numbers that follow the end date.
    - `id_order`: an id whose order or make tells who left. Nothing is trained on `account_id`, so it is never refused.
    - `announced`: comments before as_of that say that the customer leaves, and do tell who left.

    Args:
        panel: Accounts at dates; a panel without any feature will do.
        accounts: Table `accounts`, with attributes as delivered; dates as text or as dates.
        responses: Table `responses`; needed with `comments`.
        comments: Table `comments`.
        allowed: Names that may be used all the same, as they stand in the table: `attribute/status`, `comments`.
        confidence_level: With which the bounds of all columns hold together.

    Returns:
        Table, refused names, and responses whose comment announces the end.

    Raises:
        SettingsError: A name in `allowed` is no column that was looked at.

    Example:
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> ids = [f"a{number}" for number in range(400)]
        >>> left = np.arange(400) % 4 == 0
        >>> rows = pd.DataFrame({"account_id": ids, "as_of": pd.Timestamp("2026-01-01"), "unit": ids, "churned": left})
        >>> accounts = pd.DataFrame({"account_id": ids, "attribute/state": np.where(left, "closed", "open")})
        >>> find_leaks(ChurnPanel(rows, FeatureSpec(()), 90), accounts).refused
        ('attribute/state',)
    """
    files = _Files.of(panel, accounts)
    permitted = frozenset(allowed)
    _known_names(permitted, files)
    at_all, at_date = _ever_left(files, accounts), files.cases
    enough = min(int(at_date.left.sum()), int((~at_date.left).sum())) >= FEWEST_LEFT
    confidence = many_at_once(confidence_level, len(files.attributes.columns) + len(files.features) + 2)
    rows = _account_id(at_all, confidence) if enough else []
    for name in files.attributes.columns:
        rows += _of_attribute(name, files, at_all, confidence, enough=enough)
    for name in files.features:
        rows += _of_feature(name, at_date, confidence, enough=enough)
    notes = () if enough else (_too_few(at_date),)
    texts = announced_leaks(panel, at_all.cases, responses, comments, confidence_level=confidence_level, enough=enough)
    table = pd.DataFrame([*rows, *texts.rows], columns=list(row_of("", "", None, "")))
    table = conform("leaks", table.assign(allowed=table["name"].isin(permitted)))
    refused = set(table.loc[~table["allowed"], "name"]) - {"account_id", COMMENTS}
    announcing = () if COMMENTS in permitted else texts.announcing
    return Leaks(table, tuple(sorted(refused)), announcing, (*notes, *texts.notes))


@dataclass(frozen=True, eq=False)
class _Files:
    """What is looked at: cases, their attributes and account dates in the same order, and names of features."""

    cases: Cases
    attributes: pd.DataFrame
    moments: pd.DataFrame
    features: tuple[str, ...]

    @classmethod
    def of(cls, panel: ChurnPanel, accounts: pd.DataFrame) -> "_Files":
        cases = cases_of(panel)
        own = accounts.set_index("account_id").reindex(cases.rows["account_id"])
        attributes = own[sorted(name for name in own.columns if name.startswith(ATTRIBUTE_PREFIX))]
        features = [name for name in panel.spec.names if column_of(name, panel) not in attributes.columns]
        last = panel.rows.groupby("account_id")["as_of"].max().reindex(own.index)
        if "snapshot_at" in own.columns:
            last = last.fillna(own["snapshot_at"])
        nothing = pd.Series(pd.NaT, index=own.index, dtype="datetime64[us]")
        ended, started = own.get("ended_at", nothing), own.get("started_at", nothing)
        moments = pd.DataFrame({"last": last, "end": _days(ended), "start": _days(started)}, index=own.index)
        moments["to_end"] = moments["end"] - _days(cases.rows.set_index("account_id")["as_of"])
        readable = pd.DataFrame({name: as_read(attributes[name]) for name in attributes}, index=attributes.index)
        return cls(cases, readable.reset_index(drop=True), moments.reset_index(drop=True), tuple(features))


@dataclass(frozen=True, eq=False)
class _Side:
    """Cases that are judged by whether the account left at all, and which of all cases these are."""

    cases: Cases
    mark: np.ndarray


def _ever_left(files: _Files, accounts: pd.DataFrame) -> _Side:
    stayed_but_ended = ~files.cases.left & files.moments["end"].notna().to_numpy()
    mark = ~stayed_but_ended
    # Where (nearly) every account has ended by now, those that had not by its date are all there is to compare with.
    if int((~files.cases.left[mark]).sum()) < FEWEST_LEFT:
        mark = np.ones(len(mark), dtype=bool)
    return _Side(files.cases.some(mark), mark)


def _of_attribute(name: str, files: _Files, side: _Side, confidence: float, *, enough: bool) -> list[Row]:
    values = files.attributes[name]
    dates = as_dates(values)
    numeric = _days(dates) if dates is not None else values
    identity = dates is None and is_id(name, values)
    told = None
    if enough and numeric.notna().any():
        shown = order_of(values) if identity else numeric
        told = told_by(shown[side.mark].reset_index(drop=True), side.cases, confidence_level=confidence)
    rows = _by_name(name, told, len(values))
    if dates is not None:
        rows += dated_after(name, dates, files.moments["last"], told)
    if not rows[-1:] or rows[-1]["kind"] != "dated_after":
        rows += _follows(name, numeric, files, told, confidence)
    if told is None:
        return rows
    if identity:
        return rows + (id_order(name, told) or _make(name, values, side, confidence))
    return rows + too_good(name, told) + set_at_exit(name, told, float(side.cases.left.mean()))


def _follows(name: str, values: pd.Series, files: _Files, told: Told | None, confidence: float) -> list[Row]:
    if not pd.api.types.is_numeric_dtype(values):
        return []
    return follows_end(name, values, files.moments, told, confidence_level=confidence)


def _make(name: str, ids: pd.Series, side: _Side, confidence: float) -> list[Row]:
    made = make_of(ids[side.mark].reset_index(drop=True))
    return id_order(name, told_by(made, side.cases, confidence_level=confidence))


def _account_id(side: _Side, confidence: float) -> list[Row]:
    ids = side.cases.rows["account_id"]
    told = told_by(order_of(ids), side.cases, confidence_level=confidence)
    whole = _Side(side.cases, np.ones(len(ids), dtype=bool))
    return id_order("account_id", told) or _make("account_id", ids, whole, confidence)


def _of_feature(name: str, cases: Cases, confidence: float, *, enough: bool) -> list[Row]:
    told = told_by(cases.rows[name], cases, confidence_level=confidence) if enough else None
    rows = _by_name(name, told, len(cases.left))
    if told is None:
        return rows
    apart = [] if name in _PLANNED else too_good(name, told)
    return rows + apart + set_at_exit(name, told, float(cases.left.mean()))


def _by_name(name: str, told: Told | None, n: int) -> list[Row]:
    if not named_like_outcome(name):
        return []
    return [row_of(name, "outcome_name", told, "its name says that it tells what became of the account", n=n)]


def _days(dates: pd.Series) -> pd.Series:
    """Days since 1970, with fractions; missing where not known."""
    return (pd.to_datetime(dates) - pd.Timestamp(0)) / pd.Timedelta(days=1)


def _known_names(permitted: frozenset[str], files: _Files) -> None:
    known = {*files.attributes.columns, *files.features, "account_id", COMMENTS}
    unknown = sorted(permitted - known)
    if unknown:
        raise SettingsError(
            f"allow: {', '.join(unknown)}: no such column was looked at; write names as they stand in table `leaks`, "
            f"such as {', '.join(sorted(known)[:3])}"
        )


def _too_few(cases: Cases) -> str:
    left, stayed = int(cases.left.sum()), int((~cases.left).sum())
    return (
        f"{left:,} accounts left and {stayed:,} stayed; with fewer than {FEWEST_LEFT} on a side no column is judged by "
        "how well it tells them apart, only by its name and its dates."
    )
