"""Which scale the scores were given on: what the data says about it, and what must be stated first."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.survey.settings import USUAL_SCALE, ScaleRange, SurveySettings, cuts_for
from nps_insights.survey.values.reversal import reversal_hint
from nps_insights.tables import SettingsError

# Not every command that reads a survey has the options; a pipeline file has the settings.
_SCALE, _BOTH = "(`scale` in the section [score])", "(`scale` and `cuts` in the section [score])"
_TOPS = (5, 7, 10, 100)
# Where zeros are allowed, people who answer 1 would have answered 0 about as often: seven ones without
# a single zero come about in fewer than 1 of 100 such samples.
_ONES_WITHOUT_ZERO = 7
_MOST_STRAY = 0.01
# Log-likelihood gain of a change over none; a fixed date would need about 5, any of 400 dates about 11.
_CHANGE_GAIN = 15.0


@dataclass(frozen=True)
class ScaleFinding:
    """Something the scores say about their scale.

    Attributes:
        kind: one-based, other scale, reversed, decimals, or changed.
        blocks: Whether nothing may be computed before the user has stated the scale.
        message: What was found and what to state.
    """

    kind: str
    blocks: bool
    message: str


def scale_findings(
    scores: pd.Series,
    settings: SurveySettings,
    *,
    dates: pd.Series | None = None,
    texts: pd.Series | None = None,
    header: str = "",
    comments: pd.Series | None = None,
    ratings: pd.DataFrame | None = None,
) -> list[ScaleFinding]:
    """Say what the scores tell about their scale.

    Args:
        scores: Numbers stated, on no particular scale; missing where none.
        settings: What the user states. A stated scale silences all but a change of scale, which one scale
            cannot answer; stated `scales` silence everything.
        dates: Dates of the answers.
        texts: Score cells as written ("1 very good").
        header: Name of the score's column.
        comments: Comments, to tell praise from complaint; any text of them stays here.
        ratings: Other columns of ratings, as numbers.

    Returns:
        The findings, those that block first.

    Example:
        >>> found = scale_findings(pd.Series([1.0] * 9 + [4.0, 5.0] * 20), SurveySettings())
        >>> found[0].kind, found[0].blocks
        ('other scale', True)
    """
    given = scores.dropna()
    if given.empty or settings.scales:
        return []
    findings = []
    if dates is not None:
        findings += _changed(scores, dates, settings)
    reason = reversal_hint(scores, texts=texts, header=header, comments=comments, ratings=ratings)
    if settings.scale is None:
        findings += [] if findings else _other_scale(given)
        findings += _decimals(given)
        if reason:
            findings.append(_reversed(given, reason))
    elif reason and settings.scale[0] < settings.scale[1]:
        message = f"score: the stated scale is taken as it is, though {reason}"
        findings.append(ScaleFinding("reversed", False, message))
    return sorted(findings, key=lambda finding: not finding.blocks)


def row_scales(settings: SurveySettings, dates: pd.Series | None, n_rows: int) -> pd.DataFrame:
    """Return the scale and cuts of every row.

    Args:
        settings: What the user states.
        dates: Dates of the answers; needed where the scale changes.
        n_rows: Number of rows.

    Returns:
        Columns worst, best (as stated), low, high, detractor_to, promoter_from; all missing where the scale changes
        and the row has no date.

    Raises:
        SettingsError: The scale changes and there is no column of dates, or cuts are not stated or do not fit.

    Example:
        >>> row_scales(SurveySettings(scale=(5, 1), cuts=(3, 5)), None, 1).iloc[0].tolist()
        [5.0, 1.0, 1.0, 5.0, 3.0, 5.0]
    """
    spans = [entry for entry in settings.scales if isinstance(entry, ScaleRange)]
    if not spans or spans[-1].until is not None:
        spans = [*spans, ScaleRange(None, settings.scale or USUAL_SCALE, settings.cuts)]
    table = np.array([[*s.scale, min(s.scale), max(s.scale), *cuts_for(s.scale, s.cuts)] for s in spans])
    names = ["worst", "best", "low", "high", "detractor_to", "promoter_from"]
    if len(spans) == 1:
        return pd.DataFrame(np.repeat(table, n_rows, axis=0), columns=names)
    if dates is None:
        raise SettingsError(
            "scales: the scale changes by date, and no column is known to hold the dates; state it: "
            '--columns responded_at="...", in a pipeline file under [columns]'
        )
    ends = np.array([s.until for s in spans[:-1]], dtype="datetime64[us]")
    span = np.searchsorted(ends, dates.to_numpy(dtype="datetime64[us]"), side="right")
    found = pd.DataFrame(table[np.minimum(span, len(spans) - 1)], columns=names)
    found[dates.isna().to_numpy()] = np.nan
    return found


def _changed(scores: pd.Series, dates: pd.Series, settings: SurveySettings) -> list[ScaleFinding]:
    known = scores.notna() & dates.notna()
    daily = pd.DataFrame({"day": dates[known].dt.floor("D"), "score": scores[known]})
    if len(daily) < 30:
        return []
    found = [_change_at(daily, daily["score"] > top) for top in _TOPS[:-1]]
    found += [_change_at(daily, daily["score"] == 0)]
    best = max((change for change in found if change is not None), key=lambda c: c[0], default=None)
    if best is None:
        return []
    _, day = best
    before, after = (daily.loc[side, "score"] for side in (daily["day"] < day, daily["day"] >= day))
    return [_change_finding(day, before, after, settings)]


def _change_at(daily: pd.DataFrame, hit: pd.Series) -> tuple[float, pd.Timestamp] | None:
    """The best single change of the share of such scores: its gain, and the day from which they appear or are gone."""
    counts = hit.groupby(daily["day"]).agg(["sum", "size"]).sort_index()
    hits, sizes = counts["sum"].cumsum().to_numpy()[:-1], counts["size"].cumsum().to_numpy()[:-1]
    all_hits, n = float(counts["sum"].sum()), len(daily)
    if len(sizes) == 0 or not 0 < all_hits < n:
        return None
    gain = _log_likelihood(hits, sizes) + _log_likelihood(all_hits - hits, n - sizes)
    gain -= _log_likelihood(np.array([all_hits]), np.array([n]))[0]
    shares = hits / sizes, (all_hits - hits) / (n - sizes)
    # A mood may double or halve a share; only a scale makes answers possible that were not there at all.
    clear = (np.minimum(*shares) <= _MOST_STRAY) & (np.maximum(*shares) >= 0.05)
    clear &= np.minimum(sizes, n - sizes) >= 10
    if not (clear & (gain > _CHANGE_GAIN)).any():
        return None
    at = int(np.argmax(np.where(clear, gain, -np.inf)))
    return float(gain[at]), counts.index[at + 1]


def _log_likelihood(hits: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    misses = sizes - hits
    share = np.clip(hits / sizes, 1e-12, 1 - 1e-12)
    return hits * np.log(share) + misses * np.log1p(-share)


def _change_finding(day: pd.Timestamp, before: pd.Series, after: pd.Series, settings: SurveySettings) -> ScaleFinding:
    early, late = _guess(before), _guess(after)
    whole = min(early[0], late[0]), max(early[1], late[1])
    unchanged = f'[[score.scales]]\nrange = "{whole[0]}-{whole[1]}"\n{_cuts_line(whole)}'
    changed = (
        f'[score]\nscale = "{late[0]}-{late[1]}"\n{_cuts_line(late)}\n[[score.scales]]\n'
        f'until = "{day:%Y-%m-%d}"\nrange = "{early[0]}-{early[1]}"\n{_cuts_line(early)}'
    )
    stated = "" if settings.scale is None else " One stated scale does not answer that."
    message = (
        f"score: the scale seems to change on {day:%Y-%m-%d}: the {len(before):,} answers before run from "
        f"{before.min():g} to {_top(before):g}, the {len(after):,} from then on from {after.min():g} to "
        f"{after.max():g}."
        f"{stated} Averaging them would mislead, so it needs to be stated in the pipeline file. "
        f"If the scale did not change, state it without `until`:\n{unchanged}If it did, state both:\n{changed}"
    )
    return ScaleFinding("changed", True, message)


def _top(scores: pd.Series) -> float:
    """The highest score, strays of a wrong date aside."""
    return float(scores.quantile(1 - _MOST_STRAY, interpolation="lower"))


def _guess(scores: pd.Series) -> tuple[int, int]:
    top = next((top for top in _TOPS if _top(scores) <= top), int(scores.max()))
    return (0 if top == 100 or (scores == 0).mean() > _MOST_STRAY / 10 else 1), top


def _cuts_line(scale: tuple[int, int]) -> str:
    if scale[1] == USUAL_SCALE[1]:
        return ""
    example = {5: "3,5", 7: "4,6", 100: "69,90"}.get(scale[1], f"{scale[1] * 6 // 10},{scale[1] * 9 // 10}")
    return f'cuts = "{example}"  # detractor up to, promoter from: your choice\n'


def _other_scale(given: pd.Series) -> list[ScaleFinding]:
    n, top = len(given), float(given.max())
    n_zero, n_one = int((given == 0).sum()), int((given == 1).sum())
    shown = f"score: {n:,} answers run from {given.min():g} to {top:g}"
    if top <= 7 and n >= 20:
        end = 5 if top <= 5 else 7
        low = 0 if n_zero else 1
        cuts = {5: "3,5", 7: "4,6"}[end]
        message = (
            f"{shown}, and none is above {end}; that looks like a {low}-{end} scale. State it, e.g. "
            f"`--scale {low}-{end} --cuts {cuts}` (or `--scale {end}-{low}` if {low or 1} is best), "
            f"or `--scale 0-10` if nobody was happier {_BOTH}"
        )
        return [ScaleFinding("other scale", True, message)]
    n_above = int((given > USUAL_SCALE[1]).sum())
    if n_above >= max(2, 0.05 * n):
        message = (
            f"{shown}, {n_above:,} of them above 10; state the scale and its cuts, e.g. `--scale 0-100 --cuts 69,90` "
            f"{_BOTH}"
        )
        return [ScaleFinding("other scale", True, message)]
    if n_zero == 0 and n_one >= _ONES_WITHOUT_ZERO:
        message = (
            f"{shown}: {n_one:,} answered 1 and nobody 0, so the question was probably asked from 1 to 10. "
            f"State it: `--scale 1-10`, or `--scale 0-10` if 0 could be chosen {_SCALE}"
        )
        return [ScaleFinding("one-based", True, message)]
    if n_zero == 0 and n >= 100:
        message = (
            f"{shown} and nobody answered 0; read as 0-10. If 0 could not be chosen, state `--scale 1-10` {_SCALE}"
        )
        return [ScaleFinding("one-based", False, message)]
    return []


def _decimals(given: pd.Series) -> list[ScaleFinding]:
    decimal = given[given != given.round()]
    if decimal.empty:
        return []
    are, they = ("is no whole number", "it is") if len(decimal) == 1 else ("are no whole numbers", "they are")
    shown = f"score: {len(decimal):,} of {len(given):,} answers {are} (smallest: {decimal.min():g})"
    if len(decimal) < max(2, 0.2 * len(given)):
        return [ScaleFinding("decimals", False, f"{shown}; {they} set aside in the quarantine")]
    message = (
        f"{shown}; the column seems to hold averages or converted scores. Name the column with the answers "
        'themselves, --columns score="...", in a pipeline file under [columns], or state the scale to set the decimals '
        f"aside, e.g. `--scale 0-10` {_SCALE}"
    )
    return [ScaleFinding("decimals", True, message)]


def _reversed(given: pd.Series, reason: str) -> ScaleFinding:
    low, high = (0 if (given == 0).any() else 1), next((t for t in _TOPS if given.max() <= t), 10)
    cuts = {5: " --cuts 3,5", 7: " --cuts 4,6", 100: " --cuts 69,90"}.get(high, "")
    message = (
        f"score: the scale seems to be reversed: {reason}. State it: `--scale {high}-{low}{cuts}` if {low} is best, "
        f"`--scale {low}-{high}{cuts}` if {high} is best {_BOTH if cuts else _SCALE}"
    )
    return ScaleFinding("reversed", True, message)


def shown_scale(settings: SurveySettings) -> str:
    """Return the stated scales and their cuts in words, oldest first, for the manifest and the report.

    Example:
        >>> shown_scale(SurveySettings(scale=(1, 10)))
        'asked from 1 (worst) to 10 (best); detractor up to 6, promoter from 9'
        >>> shown_scale(SurveySettings(scale=(5, 1), cuts=(3, 5)))
        'asked from 5 (worst) to 1 (best), turned so that high is good; detractor up to 3, promoter from 5'
    """
    untils = [s.until for s in settings.scales if isinstance(s, ScaleRange) and s.until is not None]
    when = [f"before {day:%Y-%m-%d} " for day in untils] + [f"from {untils[-1]:%Y-%m-%d} on " if untils else ""]
    told = []
    for span, (scale, cuts) in zip(when, settings.stated_scales(), strict=True):
        worst, best = scale or USUAL_SCALE
        detractor, promoter = cuts or cuts_for((worst, best), None)
        turned = ", turned so that high is good" if worst > best else ""
        told.append(
            f"{span}asked from {worst:g} (worst) to {best:g} (best){turned}; "
            f"detractor up to {detractor:g}, promoter from {promoter:g}"
        )
    return "; ".join(told)
