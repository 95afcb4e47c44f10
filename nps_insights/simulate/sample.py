"""Write a simulated survey as files: the exports a customer would send, their dirt, and the truth beside them."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.simulate.readme import readme
from nps_insights.simulate.sample_folder import write_tables, written_whole
from nps_insights.simulate.survey import SimulatedSurvey, simulate_survey


def write_sample(
    folder: str | os.PathLike[str], n_accounts: int, *, random_state: int = 0, replace: bool = False
) -> dict[str, Path]:
    """Write a sample survey with its planted truth into `folder`, whole or not at all.

    Files: survey.csv and accounts.csv as exports with everyday column names and some dirt; truth.csv (true effects),
    truth_quarters.csv (the drop in the last quarter), truth_themes.csv (one row per comment, a 0/1 column per theme),
    truth_churn.csv (chance of leaving by account and quarter) and README.txt in plain words.

    Args:
        folder: Where to write; made if it is missing.
        n_accounts: Number of accounts; 2,000 give about 8,500 responses and 4,200 comments.
        random_state: Seed; the same arguments give the same bytes.
        replace: Replace a sample written here before. Files that do not belong to the sample are kept.

    Returns:
        File name without its ending -> path.

    Raises:
        SettingsError: `folder` is a file, or holds something and `replace` is off, or holds no sample; or
            `n_accounts` is below 10.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     sorted(write_sample(Path(parent) / "demo", 20))
        ['README', 'accounts', 'survey', 'truth', 'truth_churn', 'truth_quarters', 'truth_themes']
    """
    simulated = simulate_survey(n_accounts, random_state=random_state)
    rng = np.random.default_rng([random_state, 3])
    return written_whole(folder, lambda fresh: _write_files(fresh, simulated, rng), replace=replace)


def _write_files(folder: Path, simulated: SimulatedSurvey, rng: np.random.Generator) -> list[str]:
    survey, dirt = soiled(simulated.survey, rng)
    tables = {
        "survey.csv": survey,
        "accounts.csv": _accounts(simulated.accounts),
        "truth.csv": simulated.truth,
        "truth_quarters.csv": simulated.truth_quarters,
        "truth_themes.csv": _themes(simulated),
        "truth_churn.csv": simulated.truth_churn,
    }
    (folder / "README.txt").write_text(readme(simulated, dirt), encoding="utf-8")
    return [*write_tables(folder, tables), "README.txt"]


def soiled(survey: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the survey with the dirt of a real export, and how much of each kind.

    Rows that cannot be used (a blank score, an 11) and exact repeats are added, so that the rows that can be used are
    the simulated ones, each once.
    """
    n = len(survey)
    score = survey["NPS"].astype(str)
    draw = rng.random(n)
    worded = (draw < 0.1) & survey["NPS"].isin([0, 10]).to_numpy()
    slashed = (draw > 0.99) & ~worded
    score = score.mask(worded, score.map({"10": "10 - extremely likely", "0": "0 - not at all likely"}))
    score = score.mask(slashed, score + "/10")
    unmatched = rng.random(n) < 0.003
    account = survey["Account ID"].mask(unmatched, "X" + survey["Account ID"].str[1:])
    clean = survey.assign(**{"NPS": score, "Account ID": account})
    n_blank, n_eleven, n_repeats = (min(n, max(2, n // part)) for part in (400, 3_000, 600))
    unusable = survey.iloc[np.sort(rng.choice(n, n_blank + n_eleven))].assign(
        **{"NPS": [""] * n_blank + ["11"] * n_eleven, "Comment": None}
    )
    unusable["Response ID"] = [f"R{n + number:07d}" for number in range(1, len(unusable) + 1)]
    repeats = clean.iloc[np.sort(rng.choice(n, n_repeats, replace=False))]
    everything = pd.concat([clean, unusable, repeats]).sort_values(
        ["Submitted at", "Response ID"], kind="stable", ignore_index=True
    )
    dirt = {
        "rows": len(everything), "repeated rows": n_repeats, "blank scores": n_blank, "scores of 11": n_eleven,
        "worded scores": int(worded.sum()), "scores like 9/10": int(slashed.sum()),
        "responses of unknown accounts": int(unmatched.sum()),
    }  # fmt: skip
    return everything, dirt


def _accounts(accounts: pd.DataFrame) -> pd.DataFrame:
    day = "%Y-%m-%d"
    return pd.DataFrame(
        {
            "Account ID": accounts["account_id"],
            "Account name": accounts["account_name"],
            "Plan": accounts["attribute/Plan"],
            "Region": accounts["attribute/Region"],
            "Industry": accounts["attribute/Industry"],
            "Seats": accounts["attribute/Seats"].astype(int),
            "Yearly value": accounts["value"].astype(int),
            "Owner": accounts["owner"],
            "Started at": accounts["started_at"].dt.strftime(day),
            "Ended at": accounts["ended_at"].dt.strftime(day),
            "Ended reason": accounts["ended_reason"],
            "Renewal at": accounts["renewal_at"].dt.strftime(day),
        }
    )


def _themes(simulated: SimulatedSurvey) -> pd.DataFrame:
    usable = simulated.comments.loc[~simulated.comments["says_nothing"], "response_id"]
    themes = simulated.opinions.loc[simulated.opinions["response_id"].isin(usable)]
    codes = [column for column in themes.columns if column != "response_id"]
    return themes.astype(dict.fromkeys(codes, int)).rename(columns={"response_id": "Response ID"})
