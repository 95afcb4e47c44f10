"""Every figure as it was issued: frozen once, never rewritten."""

import json
from collections.abc import Mapping

import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError, conform, empty

FIGURE = ["survey", "metric", "by", "group", "period_start"]
_KEPT = [*FIGURE, "period_end", "estimate", "conf_low", "conf_high", "n"]
_SHOWN = 3


def freeze(
    estimates: pd.DataFrame,
    *,
    published_at: pd.Timestamp,
    run_id: str,
    settings: str | Mapping[str, object],
    themes_version: str = "",
) -> pd.DataFrame:
    """Return the figures of an issue as they go into `published`.

    Args:
        estimates: Table `estimates`: all that the issue shows. Figures without an estimate were not issued.
        published_at: Moment of the issue.
        run_id: Run that made it.
        settings: What the figures depend on beside the answers: weights, rules, scales. A mapping is written in one
            order, so that equal settings are equal text.
        themes_version: Version of the themes and of their edits; empty where there are none.

    Raises:
        SettingsError: `published_at` is no moment.

    Example:
        >>> from nps_insights.metrics import nps
        >>> estimates = nps(pd.DataFrame({"category": ["promoter", "passive"]}))
        >>> frozen = freeze(estimates, published_at=pd.Timestamp("2026-07-05"), run_id="7f3a", settings={"per": ""})
        >>> frozen.loc[frozen["metric"] == "nps", ["estimate", "settings"]].values.tolist()
        [[50.0, '{"per": ""}']]
    """
    moment = pd.Timestamp(published_at)
    if pd.isna(moment):
        raise SettingsError("published_at == NaT: give the moment of the issue")
    rows = estimates[estimates["estimate"].notna()]
    kept = rows[[name for name in _KEPT if name in rows.columns]]
    missing = {name: pd.NaT for name in ("period_start", "period_end") if name not in kept.columns}
    if "survey" in kept.columns:
        kept = kept.assign(survey=kept["survey"].astype("str").fillna(""))
    named = {
        "published_at": moment,
        "run_id": run_id,
        "settings": settings_text(settings),
        "themes_version": themes_version,
    }
    return conform("published", kept.assign(**missing, **named))


def settings_text(settings: str | Mapping[str, object]) -> str:
    """Return settings as the text that the history keeps: equal settings are equal text.

    Example:
        >>> settings_text({"per": "quarter", "by": ["plan"]})
        '{"by": ["plan"], "per": "quarter"}'
    """
    return settings if isinstance(settings, str) else json.dumps(settings, sort_keys=True, default=str)


def with_published(old: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    """Return the history with an issue appended; an issue that stands there already is not repeated.

    Args:
        old: Table `published` so far; None before the first issue.
        new: Table `published` of the issue, as `freeze` gives it.

    Raises:
        DataRefusedError: The issue would rewrite a figure, or come before a later issue of it.

    Example:
        >>> row = {"metric": ["nps"], "by": "", "group": "", "period_start": pd.NaT, "period_end": pd.NaT}
        >>> row |= {"estimate": 31.0, "conf_low": 28.0, "conf_high": 34.0, "n": 2412, "run_id": "7f3a"}
        >>> first = pd.DataFrame(row | {"settings": "", "themes_version": "", "published_at": "2026-07-05"})
        >>> len(with_published(with_published(None, first), first))
        1
    """
    return pd.concat([_history(old), unseen(old, new)], ignore_index=True).pipe(conform_published)


def unseen(old: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of an issue that the history does not hold yet; errors as `with_published`.

    Example:
        >>> row = {"metric": ["nps"], "by": "", "group": "", "period_start": pd.NaT, "period_end": pd.NaT}
        >>> row |= {"estimate": 31.0, "conf_low": 28.0, "conf_high": 34.0, "n": 2412, "run_id": "7f3a"}
        >>> first = pd.DataFrame(row | {"settings": "", "themes_version": "", "published_at": "2026-07-05"})
        >>> len(unseen(first, first)), len(unseen(None, first))
        (0, 1)
    """
    history, issue = _history(old), conform_published(new)
    key = ["published_at", *FIGURE]
    both = issue.merge(history, on=key, how="left", suffixes=("", "_old"), indicator=True)
    held = both["_merge"].eq("both").to_numpy()
    differs = held & (both["estimate"] != both["estimate_old"]).to_numpy() & both["estimate_old"].notna().to_numpy()
    if differs.any():
        raise DataRefusedError(_rewritten(both[differs]))
    last = history.groupby(FIGURE, dropna=False)["published_at"].max().rename("last").reset_index()
    late = issue.merge(last, on=FIGURE, how="left")
    early = (late["last"] > late["published_at"]).to_numpy() & ~held
    if early.any():
        first = late[early].iloc[0]
        raise DataRefusedError(
            f"published: {int(early.sum())} figures of the issue of {first['published_at']} already have a later one, "
            f"of {first['last']} (first: {_named(first)}); history is appended, never put between"
        )
    return issue[~held].reset_index(drop=True)


def conform_published(frame: pd.DataFrame) -> pd.DataFrame:
    """Return table `published` with a survey in every row, empty where none was named.

    Example:
        >>> "survey" in conform_published(empty("published")).columns
        True
    """
    survey = frame["survey"].astype("str").fillna("") if "survey" in frame.columns else ""
    return conform("published", frame.assign(survey=survey))


def latest(published: pd.DataFrame) -> pd.DataFrame:
    """Return the latest issue of each figure.

    Example:
        >>> len(latest(empty("published")))
        0
    """
    ordered = conform_published(published)
    return ordered.drop_duplicates(FIGURE, keep="last").reset_index(drop=True)


def _history(old: pd.DataFrame | None) -> pd.DataFrame:
    return conform_published(empty("published") if old is None else old)


def _named(row: pd.Series) -> str:
    group = f" of {row['by']} {row['group']}" if row["by"] else ""
    period = "" if pd.isna(row["period_start"]) else f" from {row['period_start']:%Y-%m-%d}"
    return f"{row['metric']}{group}{period}"


def _rewritten(rows: pd.DataFrame) -> str:
    told = [
        f"{_named(row)}: {row['estimate_old']:g}, now {row['estimate']:g}" for _, row in rows.head(_SHOWN).iterrows()
    ]
    return (
        f"published: {len(rows)} figures issued at {rows['published_at'].iloc[0]} would be rewritten "
        f"({'; '.join(told)}); an issued figure stays as it is: publish under another published_at, and the difference "
        "is shown as a restatement"
    )
