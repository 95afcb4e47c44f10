"""A churn model beside an oracle that knows every account's true chance of leaving, and the trade's constant.

Run `python -m benchmarks.churn_planted`. Features, training and calibration are the product's own; all figures are of
the last date, which the model had not seen. Planted: the chance follows from what can be observed, so that nobody can
do better than the oracle. Survey: the chance follows from leanings that no table shows, so that the oracle knows more
than anyone can. Lift and profit as shares of the oracle's are expected ones: the true chances of whom each would
contact, so that the luck of one draw is not in them. Contact rule: offer 50, contact 10, acceptance 30 %. Peer: every
detractor is taken to leave with 50 %, and those are contacted for whom the rule then says yes.
"""

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.churn.build_panel import training_panel
from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation import churn_scores
from nps_insights.churn.features import learn_feature_spec
from nps_insights.churn.training import ChurnTraining, train_churn_model
from nps_insights.simulate import PLANTED_HORIZON_DAYS, planted_churn, simulate_survey

ACCOUNTS, SEEDS = 20_000, 3
N_DATES = 6
ECONOMICS = ContactEconomics(offer_cost=50, contact_cost=10, acceptance=0.3)
PEER_RISK = 0.5
_TOP = 0.1
_DRAWS = 200
HEADER = [
    "world", "seed", "accounts", "left", "kind", "AUC", "oracle's", "ECE", "by chance", "lift", "lift / oracle's",
    "profit per account", "profit / oracle's", "peer's profit",
]  # fmt: skip
# Places of the figures of which means and worst are taken, and whether less is worse.
_FIGURES = {5: True, 6: True, 7: False, 8: False, 9: True, 10: True, 11: True, 12: True, 13: True}


@dataclass(frozen=True, eq=False)
class World:
    """Tables of a simulated world, the dates at which its accounts are looked at, and the truth.

    Attributes:
        accounts, responses, comments, mentions, themes, usage: Contract tables; themes and usage may be None.
        dates: Dates.
        truth: account_id, as_of, chance.
    """

    accounts: pd.DataFrame
    responses: pd.DataFrame
    comments: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame | None
    usage: pd.DataFrame | None
    dates: list[pd.Timestamp]
    truth: pd.DataFrame


def planted(n_accounts: int, seed: int, *, n_dates: int = N_DATES) -> World:
    """The planted world: all that moves the chance can be observed."""
    world = planted_churn(n_accounts, n_dates=n_dates, random_state=seed)
    tables = (world.accounts, world.responses, world.comments, world.mentions, world.themes, world.usage)
    return World(*tables, world.dates, world.truth)


def survey(n_accounts: int, seed: int) -> World:
    """The simulated survey: hidden leanings move the chance; its true codes stand for themes."""
    world = simulate_survey(n_accounts, random_state=seed)
    mentions = pd.DataFrame(
        {
            "segment_id": world.codes["comment_id"] + "#" + world.codes["code"],
            "theme_id": world.codes["code"],
            "response_id": world.codes["response_id"],
            "strength": 1.0,
        }
    )
    truth = world.truth_churn.rename(columns={"quarter_start": "as_of"})
    # The last quarter is not over within the horizon, and the first ones have little before them.
    dates = sorted(truth["as_of"].unique())[-1 - N_DATES : -1]
    tables = (world.accounts, world.responses, world.comments, mentions, None, None)
    return World(*tables, [pd.Timestamp(date) for date in dates], truth[["account_id", "as_of", "chance"]])


def trained(world: World) -> ChurnTraining:
    """Train on all dates but the last, which the model is judged at."""
    tables = {"comments": world.comments, "mentions": world.mentions, "usage": world.usage}
    spec = learn_feature_spec(world.accounts, world.responses, as_of=world.dates[0], themes=world.themes, **tables)
    until = world.dates[-1] + pd.Timedelta(days=PLANTED_HORIZON_DAYS)
    horizon = {"dates": world.dates, "horizon": PLANTED_HORIZON_DAYS, "known_until": until}
    panel = training_panel(world.accounts, world.responses, spec=spec, **horizon, **tables)
    training = train_churn_model(panel, n_draws=_DRAWS)
    if not isinstance(training, ChurnTraining):
        raise RuntimeError(training.reason)
    return training


def judged(training: ChurnTraining, truth: pd.DataFrame) -> pd.DataFrame:
    """Return predictions of the last date with the true chance: of the chosen model, the oracle and the peer."""
    rows = training.predictions
    rows = rows[(rows["model"] == "chosen") & (rows["part"] == "out_of_time")].merge(truth, on=["account_id", "as_of"])
    peer = np.where(rows["category"] == "detractor", PEER_RISK, 0.0)
    every = {"chosen": rows["risk"], "oracle": rows["chance"], "peer": peer}
    return pd.concat([rows.assign(model=name, risk=risk) for name, risk in every.items()], ignore_index=True)


def expected_lift(rows: pd.DataFrame) -> float:
    """True chance of the riskiest tenth over that of all."""
    top = rows.sort_values(["risk", "account_id"], ascending=[False, True])["chance"]
    return float(top.iloc[: round(_TOP * len(top))].mean() / top.mean())


def expected_profit(rows: pd.DataFrame) -> float:
    """Profit per account of contacting by the rule, given the true chances."""
    contacted = rows["risk"] > ECONOMICS.threshold(rows["value"])
    return float(np.where(contacted, ECONOMICS.expected_gain(rows["chance"], rows["value"]), 0.0).mean())


def row_of(name: str, world: World, seed: int) -> list[str | int | float]:
    """Return one row of the results."""
    training = trained(world)
    rows = judged(training, world.truth)
    scores = churn_scores(rows, economics=ECONOMICS, n_draws=_DRAWS).set_index(["model", "metric"])["estimate"]
    by = dict(iter(rows.groupby("model")))
    lift, profit = ({who: of(one) for who, one in by.items()} for of in (expected_lift, expected_profit))
    own = by["chosen"]
    return [
        name, seed, len(own), int(own["churned"].sum()), training.model.kind,
        scores["chosen", "auc"], scores["oracle", "auc"],
        scores["chosen", "ece"], scores["chosen", "ece_if_calibrated"],
        lift["chosen"], lift["chosen"] / lift["oracle"],
        profit["chosen"], profit["chosen"] / profit["oracle"], profit["peer"],
    ]  # fmt: skip


def summary(rows: list[list[str | int | float]]) -> list[list[str]]:
    """Return the rows as text, with mean and worst per world."""
    text = [[_text(cell) for cell in row] for row in rows]
    for world in dict.fromkeys(row[0] for row in rows):
        some = [row for row in rows if row[0] == world]
        for name, of in (("mean", None), ("worst", min)):
            line = [f"{world}, {name}", "", "", "", ""]
            for place, less_is_worse in _FIGURES.items():
                figures = [float(row[place]) for row in some]
                worst = min(figures) if less_is_worse else max(figures)
                line.append(_text(sum(figures) / len(figures) if of is None else worst))
            text.append(line)
    return text


def _text(cell: str | int | float) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else cell


def main() -> None:
    """Print one markdown table and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    given = parser.parse_args()
    rows = []
    for draw in (planted, survey):
        rows += [row_of(draw.__name__, draw(given.accounts, seed), seed) for seed in range(given.seeds)]
    lines = [*__doc__.split("\n\n")[1:], "", *markdown_table(HEADER, summary(rows))]
    print("\n".join(lines))
    if (given.accounts, given.seeds) == (ACCOUNTS, SEEDS):
        packages = ["nps-insights", "scikit-learn", "numpy"]
        write_section(
            "Churn beside an oracle", command="python -m benchmarks.churn_planted", packages=packages, lines=lines
        )


if __name__ == "__main__":
    main()
