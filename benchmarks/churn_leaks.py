"""The leak guard: eight planted leaks, a hundred clean columns, and how well its text probe reads that someone leaves.

Run `python -m benchmarks.churn_leaks`. Leaks and clean columns stand together in planted churn worlds. Leaks: the
outcome under another name; the outcome with one label in ten flipped; a date after as_of; days to the end; an id that
sorts by the outcome; a status code that 60 % of the leavers got at the exit; a final bill that 80 % of them got; and
comments in which 40 % of those who left announce it. Clean columns are 100 attributes (a third of them noise, half with
an honest AUC of .55 to .85, names, ids and dates before as_of) and all features of the world's own panel.

Texts: unique messages of `churn_intent_chatbot`, positive if the author leaves any brand; five folds, drawn anew three
times; the figure is the mean F1. The probe is the guard's own, learned on the labels of the other folds.
"""

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.churn.build_panel import training_panel
from nps_insights.churn.features import learn_feature_spec
from nps_insights.churn.leaks import Leaks, announces_leaving, find_leaks, leaving_probe
from nps_insights.churn.panel import ChurnPanel
from nps_insights.simulate.churn_world import PLANTED_HORIZON_DAYS, PlantedChurn, planted_churn

DATA = Path(os.environ.get("NPS_INSIGHTS_DATA", Path(__file__).parents[2] / "shared" / "data"))
ACCOUNTS, SEEDS, SMALL = 3_000, 10, 500
N_CLEAN = 100
_HORIZON = pd.Timedelta(days=PLANTED_HORIZON_DAYS)
LEAKING = (
    "attribute/renamed",
    "attribute/nearly_renamed",
    "attribute/letter_of",
    "attribute/days_of_term",
    "attribute/file_number",
    "attribute/service_code",
    "attribute/last_invoice",
    "comments",
)
# Phrases of the guard are in some of them only.
_ANNOUNCEMENTS = (
    "We have cancelled our contract.",
    "This was our last invoice with you.",
    "Our team is leaving for another supplier.",
    "As written in our letter, we will not continue.",
    "Please switch everything off at the end of the month.",
    "We signed with your rival last week.",
)
# Mean distances of two normal groups with AUCs of .55, .60, .65, .70, .75, .80, .85.
_HONEST = (0.178, 0.358, 0.545, 0.742, 0.954, 1.190, 1.466)


def panel_of(world: PlantedChurn) -> ChurnPanel:
    """Accounts at the world's dates with all features and their outcomes, before anything is planted."""
    known = {"comments": world.comments, "mentions": world.mentions, "usage": world.usage}
    spec = learn_feature_spec(world.accounts, world.responses, as_of=world.dates[0], themes=world.themes, **known)
    until = world.dates[-1] + _HORIZON
    return training_panel(
        world.accounts, world.responses, dates=world.dates, horizon=_HORIZON, spec=spec, known_until=until, **known
    )


def with_leaks(world: PlantedChurn, *, random_state: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return accounts with seven leaking attributes, and comments of which some announce the end."""
    rng = np.random.default_rng([random_state, 2])
    accounts, n = world.accounts, len(world.accounts)
    left, ended = accounts["ended_at"].notna().to_numpy(), accounts["ended_at"]
    at_random = pd.Series(pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D"))
    letter = (ended + pd.to_timedelta(rng.integers(1, 10, n), unit="D")).fillna(at_random)
    looked_at = world.truth.groupby("account_id")["as_of"].max().reindex(accounts["account_id"]).reset_index(drop=True)
    to_end = (ended - looked_at.fillna(world.dates[-1])).dt.days
    order = np.empty(n, dtype=int)
    order[np.lexsort([rng.random(n), left])] = np.arange(n)
    planted = {
        "renamed": np.where(left, "B", "A"),
        "nearly_renamed": (left ^ (rng.random(n) < 0.1)).astype(float),
        "letter_of": letter.dt.strftime("%d.%m.%Y"),
        "days_of_term": to_end.fillna(pd.Series(rng.integers(100, 700, n))).astype(float),
        "file_number": [f"F{number:06d}" for number in order],
        "service_code": np.where(
            left & (rng.random(n) < 0.6), "S9", np.char.add("S", rng.integers(1, 6, n).astype("U1"))
        ),
        "last_invoice": np.where(left & (rng.random(n) < 0.8), rng.gamma(2, 60, n).round(2), 0.0),
    }
    return accounts.assign(**{f"attribute/{name}": values for name, values in planted.items()}), _announcing(world, rng)


def _announcing(world: PlantedChurn, rng: np.random.Generator) -> pd.DataFrame:
    """The world's comments, with an announcement in the last one before their end of 40 % of those who left."""
    whose = world.responses[["response_id", "account_id", "responded_at"]].merge(
        world.accounts[["account_id", "ended_at"]].dropna(), on="account_id"
    )
    last = whose[whose["responded_at"] < whose["ended_at"] - pd.Timedelta(days=90)]
    last = last.sort_values("responded_at").groupby("account_id").tail(1)
    told = set(last.loc[rng.random(len(last)) < 0.4, "response_id"])
    said = rng.choice(_ANNOUNCEMENTS, len(world.comments))
    mark = world.comments["response_id"].isin(told)
    return world.comments.assign(
        text=world.comments["text"].where(~mark, world.comments["text"] + " " + said),
        says_nothing=world.comments["says_nothing"] & ~mark,
    )


def clean_columns(accounts: pd.DataFrame, *, random_state: int) -> pd.DataFrame:
    """Return 100 attributes that are honest: noise, and what may well go with leaving but was known before."""
    rng = np.random.default_rng([random_state, 3])
    n, left = len(accounts), accounts["ended_at"].notna().to_numpy()
    made: dict[str, Any] = {f"noise_{k}": rng.normal(size=n) for k in range(15)}
    made |= {f"kind_{k}": rng.choice(list("ABCDE"), n) for k in range(10)}
    made |= {f"town_{k}": np.char.add("T", rng.integers(0, 300, n).astype("U3")) for k in range(5)}
    made |= {f"amount_{k}": np.exp(rng.normal(4, 1, n)).round(2) for k in range(5)}
    for k in range(35):
        made[f"honest_{k}"] = rng.normal(size=n) + _HONEST[k % 7] * left * (-1) ** k
    for k in range(10):
        made[f"term_{k}"] = np.where(rng.random(n) < np.where(left, 0.75, 0.45 - 0.02 * k), "monthly", "yearly")
    for k in range(8):
        count = rng.poisson(np.where(left, 1.0, 0.2 + 0.05 * k)).astype(float)
        made[f"complaints_{k}"] = np.where(rng.random(n) < np.where(left, 0.3, 0.2), np.nan, count)
    started = accounts["started_at"]
    made |= {f"day_{k}": started.dt.strftime(form) for k, form in enumerate(("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"))}
    made |= {f"number_{k}": [f"{k}{one:07d}" for one in rng.permutation(n)] for k in range(4)}
    made |= {f"name_{k}": [f"Firm {one} Ltd" for one in rng.permutation(n)] for k in range(3)}
    made |= {"joined": started.rank().round(), "years": ((pd.Timestamp("2026-01-01") - started).dt.days / 365).round(1)}
    columns = pd.DataFrame({f"attribute/{name}": values for name, values in made.items()})
    if columns.shape[1] != N_CLEAN:
        raise ValueError(f"{columns.shape[1]} clean columns, not {N_CLEAN}")
    return columns


def guarded(n_accounts: int, *, n_dates: int = 6, random_state: int) -> tuple[PlantedChurn, Leaks, int]:
    """Return a world, what the guard finds among its leaks and clean columns together, and how many are clean."""
    world = planted_churn(n_accounts, n_dates=n_dates, random_state=random_state)
    accounts, comments = with_leaks(world, random_state=random_state)
    accounts = pd.concat([accounts, clean_columns(world.accounts, random_state=random_state)], axis="columns")
    panel = panel_of(world)
    found = find_leaks(panel, accounts, world.responses, comments=comments)
    return world, found, N_CLEAN + len(panel.spec.names)


def caught_and_blocked(leaks: Leaks) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the planted leaks that were found, and the clean columns that were refused."""
    announced = leaks.announcing and (leaks.table["kind"] == "announced").any()
    found = {*leaks.refused, *(["comments"] if announced else [])}
    return tuple(name for name in LEAKING if name in found), tuple(sorted(set(leaks.refused) - set(LEAKING)))


def worlds(n_accounts: int, seeds: int, *, n_dates: int = 6) -> list[object]:
    """Row: accounts, dates, leavers, worlds, leaks caught in the worst one and on average, clean columns blocked."""
    caught, blocked, left, clean = [], [], [], 0
    for seed in range(seeds):
        world, leaks, clean = guarded(n_accounts, n_dates=n_dates, random_state=seed)
        found, wrong = caught_and_blocked(leaks)
        caught.append(len(found))
        blocked.append(len(wrong))
        ended = world.accounts["ended_at"]
        left.append(int(ended.between(world.dates[0], world.dates[-1] + _HORIZON).sum()))
    least, most = f"{min(caught)} of {len(LEAKING)}", f"{max(blocked)} of {clean}"
    return [f"{n_accounts:,}", n_dates, f"{np.mean(left):,.0f}", seeds, least, f"{np.mean(caught):.1f}", most]


def messages(language: str, data: Path = DATA) -> tuple[np.ndarray, np.ndarray]:
    """Return unique messages of `EN` or `DE`, and whether their author leaves any brand."""
    path = data / "churn_intent_chatbot" / f"{language}_chatbot.csv"
    names = ["text", "language", "brand", "leaves"]
    rows = pd.read_csv(path, sep="\t", header=None, names=names, keep_default_na=False, quoting=3)
    leaves = rows.groupby("text")["leaves"].max()
    return leaves.index.to_numpy(dtype=object), leaves.to_numpy(dtype=bool)


def probes(language: str, *, draws: int = 3, data: Path = DATA) -> dict[str, float]:
    """Return the mean F1 of the guard's probe, of n-gram logistic regressions, and of the phrases alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    texts, leaves = messages(language, data)
    words = TfidfVectorizer(ngram_range=(1, 2))
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    balanced = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
    models = {
        "guard's probe": leaving_probe(),
        "n-gram logistic regression, defaults": make_pipeline(words, LogisticRegression()),
        "n-gram logistic regression, C=10, balanced": make_pipeline(words, balanced),
        "the same on letters, two to five": make_pipeline(letters, balanced),
    }
    folds = [StratifiedKFold(5, shuffle=True, random_state=seed) for seed in range(draws)]
    found = {
        name: float(np.mean([f1_score(leaves, cross_val_predict(model, texts, leaves, cv=fold)) for fold in folds]))
        for name, model in models.items()
    }
    return found | {"phrases alone, nothing learned": float(f1_score(leaves, announces_leaving(texts)))}


def lines_of(n_accounts: int, small: int, seeds: int) -> list[str]:
    """Lines of the section."""
    header = ["accounts", "dates", "of them left", "worlds", "caught, worst", "caught, mean", "clean blocked, worst"]
    rows_of_worlds = [worlds(n_accounts, seeds), worlds(n_accounts, seeds, n_dates=1), worlds(small, seeds)]
    english, german = probes("EN"), probes("DE")
    rows = [[name, f"{english[name]:.3f}", f"{german[name]:.3f}"] for name in english]
    return [
        *markdown_table(header, rows_of_worlds),
        "",
        *markdown_table(["F1 of messages that say that someone leaves", "English", "German"], rows),
    ]


def main() -> None:
    """Print the section and, run whole, write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    given = parser.parse_args()
    lines = [*__doc__.split("\n\n", 1)[1].strip().splitlines(), "", *lines_of(given.accounts, given.small, given.seeds)]
    print("\n".join(lines))
    if (given.accounts, given.small, given.seeds) == (ACCOUNTS, SMALL, SEEDS):
        packages = ["nps-insights", "scikit-learn"]
        write_section("Leak guard", command="python -m benchmarks.churn_leaks", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
