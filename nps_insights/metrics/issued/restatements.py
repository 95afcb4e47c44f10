"""Issued figures that are others today, split into what made them so."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from nps_insights.metrics.estimates import nps
from nps_insights.metrics.issued.issued_answers import answers_at
from nps_insights.metrics.issued.published import FIGURE, latest, settings_text
from nps_insights.metrics.periods import PERIOD_STARTS, period_ends
from nps_insights.tables import SettingsError, conform, empty

Estimator = Callable[[pd.DataFrame], pd.DataFrame]
PARTS = ("late_answers", "changed_answers", "theme_edits", "settings", "unexplained")
_CALLED = {
    "changed_answers": "answers corrected or removed",
    "theme_edits": "theme edits",
    "settings": "settings",
    "unexplained": "not explained",
}
_ROUNDING = 1e-9
_THEME = "theme"


def restatements(
    published: pd.DataFrame,
    estimates: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    settings: str | Mapping[str, object],
    themes_version: str = "",
    issued: pd.DataFrame | None = None,
    estimator: Estimator | None = None,
    old_themes: Estimator | None = None,
    min_difference: float = _ROUNDING,
) -> pd.DataFrame:
    """Return the figures whose latest issue differs from what is known today, and by what.

    With E today's rules, A the answers of today and A0 those of the issue: late answers are E(A) - E(A without those
    that A0 does not hold); corrected and removed ones are what E loses when the answers are put back as A0 had them;
    what is left is between the rules of then and of today: theme edits, settings, or unexplained where neither
    changed. The parts add to the difference.

    Args:
        published: Table `published`; the latest issue of each figure is looked at.
        estimates: Table `estimates` of today. Figures of metrics and columns that it does not hold are not looked at.
        responses: Table `responses` of today.
        settings: Today's settings, as for `freeze`.
        themes_version: Today's.
        issued: Table `issued_answers`. Without it late answers can be told only where nothing else changed.
        estimator: Today's rules: responses -> table `estimates`; `nps` by the columns and period of `estimates` if
            not given, which knows no weights and no metric but the NPS and its three shares.
        old_themes: The same with the themes of the issue; needed where settings and themes both changed.
        min_difference: Smaller differences are no restatement.

    Returns:
        Table `restatements`.

    Example:
        >>> from nps_insights.metrics import nps
        >>> from nps_insights.metrics.issued.issued_answers import issue_answers
        >>> from nps_insights.metrics.issued.published import freeze
        >>> then = pd.DataFrame({"response_id": ["r1", "r2"], "category": ["promoter", "passive"]})
        >>> moment = pd.Timestamp("2026-07-05")
        >>> frozen = freeze(nps(then), published_at=moment, run_id="7f3a", settings="")
        >>> issued = issue_answers(None, then, published_at=moment)
        >>> now = pd.concat([then, pd.DataFrame({"response_id": ["r3"], "category": ["detractor"]})])
        >>> found = restatements(frozen, nps(now), now, settings="", issued=issued)
        >>> found.query("metric == 'nps'")[["difference", "late_answers", "n_late"]].values.tolist()
        [[-50.0, -50.0, 1]]
    """
    figures = _side_by_side(published, estimates, min_difference)
    if figures.empty:
        return empty("restatements")
    estimator = estimator or _plain(estimates)
    parts = []
    for moment, rows in figures.groupby("published_at", sort=True):
        then = None if issued is None else answers_at(issued, moment)
        parts.append(_split(rows, responses, then, settings_text(settings), themes_version, estimator, old_themes))
    split = pd.concat(parts, ignore_index=True)
    split["reason"] = [_reason(row) for _, row in split.iterrows()]
    kept = ["published_at", *FIGURE, "period_end", "published", "now", "difference", *PARTS, "n_late", "n_changed"]
    return conform("restatements", split[[*kept, "reason"]])


def _side_by_side(published: pd.DataFrame, estimates: pd.DataFrame, min_difference: float) -> pd.DataFrame:
    """Each figure as issued last and as it is now, where they differ; `now` is missing where it is gone."""
    today = _keyed(estimates)
    kinds = today[["survey", "metric", "by"]].drop_duplicates()
    dated = set(today["period_start"].isna())
    was = latest(published).merge(kinds, on=["survey", "metric", "by"])
    was = was[was["period_start"].isna().isin(dated) & was["estimate"].notna()]
    both = was.merge(today[[*FIGURE, "estimate", "n"]], on=FIGURE, how="left", suffixes=("", "_now"))
    both = both.rename(columns={"estimate": "published", "estimate_now": "now"})
    both["difference"] = both["now"] - both["published"]
    return both[both["now"].isna() | (both["difference"].abs() > min_difference)].reset_index(drop=True)


def _keyed(estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates with a survey and a period_start in every row."""
    filled = {name: pd.NaT for name in ("period_start", "period_end") if name not in estimates.columns}
    survey = estimates["survey"].astype("str").fillna("") if "survey" in estimates.columns else ""
    keyed = estimates.assign(**filled, survey=survey)
    return keyed.astype({"period_start": "datetime64[us]", "period_end": "datetime64[us]"})


def _plain(estimates: pd.DataFrame) -> Estimator:
    """The rules of `nps`, by the columns and the period that the estimates have."""
    keyed = _keyed(estimates)
    columns = sorted(keyed["by"].unique())
    per = _period_of(keyed)
    whole = bool(keyed["period_start"].isna().any())

    def estimator(responses: pd.DataFrame) -> pd.DataFrame:
        kinds = [per] if per else []
        kinds += [""] if whole else []
        parts = [_keyed(nps(responses, by=by, per=kind)) for by in columns for kind in kinds]
        return pd.concat(parts, ignore_index=True)

    return estimator


def _period_of(keyed: pd.DataFrame) -> str:
    dated = keyed[keyed["period_start"].notna()]
    if dated.empty:
        return ""
    for per in PERIOD_STARTS:
        if (period_ends(dated["period_start"], per) == dated["period_end"]).all():
            return per
    raise SettingsError(
        f"estimates: their periods (the first from {dated['period_start'].iloc[0]:%Y-%m-%d} to "
        f"{dated['period_end'].iloc[0]:%Y-%m-%d}) are none of {', '.join(PERIOD_STARTS)}; "
        "give estimator=, the rules that made them"
    )


def _split(
    rows: pd.DataFrame,
    responses: pd.DataFrame,
    then: pd.DataFrame | None,
    settings: str,
    themes_version: str,
    estimator: Estimator,
    old_themes: Estimator | None,
) -> pd.DataFrame:
    """The figures of one issue with their parts."""
    if then is None:
        return _without_answers(rows, settings, themes_version)
    known = responses[responses["response_id"].isin(then["response_id"])]
    put_back, touched = _put_back(known, then)
    there = _looked_up(rows, estimator(known)) if len(known) else _looked_up(rows, empty("estimates"))
    back = there if touched.empty else _looked_up(rows, estimator(put_back))
    # A figure of which no known answer is left has only what the answers put back give.
    there["estimate"] = there["estimate"].fillna(back["estimate"]).fillna(rows["now"])
    back["estimate"] = back["estimate"].fillna(there["estimate"])
    rest = back["estimate"] - rows["published"].to_numpy()
    split = rows.assign(
        late_answers=rows["now"].to_numpy() - there["estimate"],
        changed_answers=there["estimate"] - back["estimate"],
        n_late=(rows["n_now"].to_numpy() - there["n"]).round(),
        n_changed=[_count(touched, row) for _, row in rows.iterrows()],
    )
    other_settings = (rows["settings"] != settings).to_numpy()
    other_themes = (rows["themes_version"] != themes_version).to_numpy() & _of_themes(rows)
    edits = np.where(other_themes & ~other_settings, rest, 0.0)
    if old_themes is not None and (both := other_themes & other_settings).any():
        edits = np.where(both, back["estimate"] - _looked_up(rows, old_themes(put_back))["estimate"], edits)
        split_apart = np.ones(len(rows), dtype=bool)
    else:
        split_apart = ~(other_themes & other_settings)
    by_settings = np.where(other_settings & split_apart, rest - edits, 0.0)
    split["theme_edits"], split["settings_part"] = edits, by_settings
    split["unexplained"] = rest - edits - by_settings
    return _clean(split)


def _without_answers(rows: pd.DataFrame, settings: str, themes_version: str) -> pd.DataFrame:
    """Where nobody kept which answers there were: all late where nothing else changed, else unexplained."""
    same = (rows["settings"] == settings) & (~_of_themes(rows) | (rows["themes_version"] == themes_version))
    more = rows["n_now"] - rows["n"]
    late = (same & (more > 0)).to_numpy()
    return _clean(
        rows.assign(
            late_answers=np.where(late, rows["difference"], 0.0),
            changed_answers=0.0,
            theme_edits=0.0,
            settings_part=0.0,
            unexplained=np.where(late, 0.0, rows["difference"]),
            n_late=more.where(late),
            n_changed=pd.NA,
        )
    )


def _clean(split: pd.DataFrame) -> pd.DataFrame:
    """Parts under their names; a figure that is gone has none."""
    parts = split.drop(columns="settings").rename(columns={"settings_part": "settings"})
    gone = parts["now"].isna()
    for name in PARTS:
        # Rounding is no reason for a difference.
        values = parts[name].astype("float64")
        parts[name] = values.mask(values.abs() < _ROUNDING, 0.0).mask(gone)
    for name in ("n_late", "n_changed"):
        parts[name] = parts[name].astype("Float64").mask(gone).astype("Int64")
    return parts


def _put_back(known: pd.DataFrame, then: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers of the issue as it had them, and those of them that were corrected or removed since."""
    columns = [name for name in then.columns if name != "response_id"]
    now = known.set_index("response_id").reindex(then["response_id"])
    gone = ~then["response_id"].isin(known["response_id"]).to_numpy()
    differs = gone.copy()
    for name in columns:
        if name not in now.columns:
            continue
        old, new = then[name].astype("object").to_numpy(), now[name].astype("object").to_numpy()
        missing = pd.isna(old) & pd.isna(new)
        either = pd.isna(old) ^ pd.isna(new)
        equal = pd.Series(old).where(~pd.isna(old), "").eq(pd.Series(new).where(~pd.isna(new), "")).to_numpy(dtype=bool)
        differs |= ~missing & (either | ~equal)
    touched = then[differs]
    as_was = touched.merge(
        known.drop(columns=[name for name in columns if name in known]), on="response_id", how="left"
    )
    kept = known[~known["response_id"].isin(touched["response_id"])]
    parts = [part for part in (kept, as_was) if len(part)]
    return (pd.concat(parts, ignore_index=True) if parts else known), touched


def _looked_up(rows: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimate and n of each figure, 0 answers where there is none."""
    found = rows[FIGURE].merge(_keyed(estimates)[[*FIGURE, "estimate", "n"]], on=FIGURE, how="left")
    return found.assign(n=found["n"].astype("float64").fillna(0.0)).set_index(rows.index)


def _of_themes(rows: pd.DataFrame) -> np.ndarray:
    return (rows["metric"].str.startswith(_THEME) | rows["by"].str.startswith(_THEME)).to_numpy()


def _count(touched: pd.DataFrame, row: pd.Series) -> int:
    """How many of the corrected or removed answers were in a figure: in its period, where its group is not kept."""
    inside = touched
    if pd.notna(row["period_start"]) and "responded_at" in inside.columns:
        inside = inside[inside["responded_at"].dt.normalize().between(row["period_start"], row["period_end"])]
    for name in (f"attribute/{row['by']}", row["by"]):
        if row["by"] and name in inside.columns:
            return int((inside[name].astype("str") == row["group"]).sum())
    return len(inside)


def _reason(row: pd.Series) -> str:
    group = f" of {row['by']} {row['group']}" if row["by"] else ""
    period = "" if pd.isna(row["period_start"]) else f" from {row['period_start']:%Y-%m-%d}"
    issued = _number(row["published"], row["metric"])
    subject = f"{row['metric']}{group}{period}: {issued} as published on {row['published_at']:%Y-%m-%d}"
    if pd.isna(row["now"]):
        return f"{subject}; there is no such figure today."
    metric, told = row["metric"], []
    if row["late_answers"]:
        told.append(f"{row['n_late']} late answers {_number(row['late_answers'], metric, '+')}")
    told += [f"{name} {_number(row[part], metric, '+')}" for part, name in _CALLED.items() if row[part]]
    return f"{subject}, {_number(row['now'], metric)} now: {', '.join(told)}."


def _number(value: float, metric: str, sign: str = "") -> str:
    if metric.startswith("nps") or metric == "ces":
        return f"{value:{sign}.1f}" if abs(value) >= 1 else f"{value:{sign}.2g}"
    # Every other figure is a share.
    return f"{100 * value:{sign}.1f} %" if abs(value) >= 0.01 else f"{100 * value:{sign}.2g} %"
