"""Write a watched world as files: the exports a customer would send, their dirt, and the truth beside them."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.simulate.sample_folder import everyday_names, write_tables, written_whole
from nps_insights.simulate.watched_people import accounts_for
from nps_insights.simulate.watched_readme import watched_readme
from nps_insights.simulate.watched_shapes import WORDING
from nps_insights.simulate.watched_world import MIN_PER_PERIOD, WatchedSurvey, watched_survey
from nps_insights.simulate.world import THEME_CODES
from nps_insights.tables import SettingsError

_RATINGS = {"csat": "CSAT", "ces": "CES"}
# A range that the invented business knows from its own past; the product itself ships no such figures.
_BENCHMARK = {"metric": "nps", "group": "", "low": 15, "high": 45, "source": "own surveys before 2024 (invented)"}


def write_watched_sample(
    folder: str | os.PathLike[str],
    n_accounts: int,
    *,
    story: str = "product_drop",
    random_state: int = 0,
    replace: bool = False,
) -> dict[str, Path]:
    """Write a watched world of 24 months into `folder`, whole or not at all.

    Files: survey.csv, accounts.csv, invitations.csv, outcomes.csv, events.csv and benchmark.csv with everyday column
    names and some dirt; truth_periods.csv, truth_shares.csv, truth_changes.csv, truth_target.csv, truth_agents.csv,
    truth_recovery.csv, truth_themes.csv (one row per comment, a 0/1 column per theme) and README.txt in plain words.

    Args:
        folder: Where to write; made if it is missing.
        n_accounts: Number of accounts, at least 300; 5,000 give 480 relational and 240 transactional answers a month.
        story: "product_drop", "target_reached" or "stable" (see `watched_survey`).
        random_state: Seed; the same arguments give the same bytes.
        replace: Replace a sample written here before. Files that do not belong to the sample are kept.

    Returns:
        File name without its ending -> path.

    Raises:
        SettingsError: `folder` is a file, or holds something and `replace` is off, or holds no sample; there are too
            few accounts, or no such story.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     sorted(write_watched_sample(Path(parent) / "demo", 300))[:6]
        ['README', 'accounts', 'benchmark', 'events', 'invitations', 'outcomes']
    """
    least = accounts_for(MIN_PER_PERIOD)
    if n_accounts < least:
        raise SettingsError(f"n_accounts == {n_accounts}: must be at least {least}, so that every month has answers")
    n_per_period = (n_accounts - accounts_for(0)) // (accounts_for(1) - accounts_for(0))
    watched = watched_survey(story, n_per_period=n_per_period, random_state=random_state)
    rng = np.random.default_rng([random_state, 3])
    return written_whole(folder, lambda fresh: _write_files(fresh, watched, story, rng), replace=replace)


def _write_files(folder: Path, watched: WatchedSurvey, story: str, rng: np.random.Generator) -> list[str]:
    survey, dirt = _soiled(_survey(watched), watched, rng)
    truth = watched.truth
    events = watched.events.rename(columns={"event_at": "date", "ended_at": "until"})
    tables = {
        "survey.csv": survey,
        "accounts.csv": everyday_names(watched.accounts, "attribute/"),
        "invitations.csv": everyday_names(watched.invitations.rename(columns={"survey": "survey_type"})),
        "outcomes.csv": everyday_names(watched.outcomes),
        "events.csv": everyday_names(events),
        "benchmark.csv": everyday_names(pd.DataFrame([_BENCHMARK])),
        "truth_periods.csv": truth.periods,
        "truth_shares.csv": truth.shares,
        "truth_changes.csv": truth.changes,
        "truth_target.csv": truth.target,
        "truth_agents.csv": truth.agents,
        "truth_recovery.csv": truth.recovery,
        "truth_themes.csv": _themes(watched),
    }
    (folder / "README.txt").write_text(watched_readme(watched, story, dirt), encoding="utf-8")
    return [*write_tables(folder, tables), "README.txt"]


def _survey(watched: WatchedSurvey) -> pd.DataFrame:
    """The answers as a survey tool exports them; the header of the score is the question itself."""
    left_out = ["category", "scale_min", "scale_max", "wording"]
    answers = watched.responses.drop(columns=left_out)
    answers = answers[[name for name in answers.columns if not name.startswith("attribute/")]]
    answers["score"] = answers["score"].astype(int).astype(str)
    for name in _RATINGS:
        answers[name] = answers[name].astype("Int64")
    for name in ("internal", "complete"):
        answers[name] = answers[name].map({True: "yes", False: "no"})
    answers["survey"] = answers["survey"].str.capitalize()
    answers = answers.rename(columns={"survey": "survey_type"})
    texts = watched.comments[["response_id", "text"]].rename(columns={"text": "comment"})
    named = everyday_names(answers.merge(texts, on="response_id", how="left"))
    return named.rename(columns={"Score": WORDING, **{name.capitalize(): text for name, text in _RATINGS.items()}})


def _soiled(
    survey: pd.DataFrame, watched: WatchedSurvey, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the survey with the dirt of a real export, and how much of each kind.

    Nothing is taken away: answers of employees, rows that cannot be used and exact repeats are added, and some
    answers without a comment are marked as broken off.
    """
    n = len(survey)
    n_months = len(watched.truth.periods["period_start"].unique())
    sizes = {"internal": 2 * n_months, "blank": max(2, n // 400), "eleven": max(2, n // 3_000)}
    clean = survey.copy()
    broken_off = clean["Comment"].isna() & (rng.random(n) < 0.04)
    clean["Complete"] = clean["Complete"].mask(broken_off, "no")
    added = survey.iloc[np.sort(rng.choice(n, sum(sizes.values())))].copy()
    kind = np.repeat(list(sizes), list(sizes.values()))
    added["Response ID"] = [f"R{n + number:07d}" for number in range(1, len(added) + 1)]
    added["Comment"] = None
    added[WORDING] = np.select([kind == "internal", kind == "blank"], ["10", ""], "11")
    added["Internal"] = np.where(kind == "internal", "yes", "no")
    added.loc[kind == "internal", ["Account ID", "Contact ID", "Contact role"]] = None
    n_repeats = max(2, n // 600)
    repeats = clean.iloc[np.sort(rng.choice(n, n_repeats, replace=False))]
    everything = pd.concat([clean, added, repeats]).sort_values(
        ["Responded at", "Response ID"], kind="stable", ignore_index=True
    )
    dirt = {"rows": len(everything), "repeats": n_repeats, "broken off": int(broken_off.sum()), **sizes}
    return everything, dirt


def _themes(watched: WatchedSurvey) -> pd.DataFrame:
    usable = watched.comments.loc[~watched.comments["says_nothing"], "response_id"]
    held = pd.crosstab(watched.mentions["response_id"], watched.mentions["theme_id"])
    held = held.reindex(index=usable, columns=watched.themes["theme_id"], fill_value=0)
    held.columns = pd.Index(THEME_CODES)
    return held.rename_axis("Response ID").reset_index()
