"""The revenue-weighted score of few accounts: how often its interval holds the truth; and agents compared fairly.

    python -m benchmarks.monitoring_accounts

Accounts have lognormal values (sigma 1, 1.5 and 2: the largest of 40 holds 13, 22 and 31 % of all value, in the median)
and each 1 + Poisson(2) answers that resemble each other. Worlds: an NPS of +5, +60 or +90; unanimous accounts; answers
of an account all but independent; large accounts unhappier, with more contacts. The truth is the weighted score that
these accounts, of these values, have in expectation. Coverage and median width are of the samples for which ours gives
an interval (at least 10 accounts, and 4 effective ones). Agents: planted effects, and one agent of no fault who is
given the angry customers.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.results import markdown_table, write_section
from nps_insights.metrics.business.account_scores import MIN_ACCOUNTS
from nps_insights.metrics.business.agents import adjusted_agents
from nps_insights.metrics.business.small_clusters import cluster_scores
from nps_insights.metrics.intervals import critical_value

Array = NDArray[np.float64]
COMPARED = ("sandwich", "jackknife", "CR2", "ours")
SAMPLES, SIZES, TAILS = 4_000, (20, 40, 100), (1.0, 1.5, 2.0)
AGENT_WORLDS = 200


@dataclass(frozen=True)
class AccountWorld:
    """Accounts of one kind.

    Attributes:
        name: What is special.
        shares: Promoters, passives, detractors.
        alike: Correlation of the answers of one account.
        linked: Whether large accounts are unhappier and send more people.
    """

    name: str
    shares: tuple[float, float, float]
    alike: float = 0.3
    linked: bool = False


WORLDS = (
    AccountWorld("NPS +5", (0.35, 0.35, 0.30)),
    AccountWorld("NPS +60", (0.68, 0.24, 0.08)),
    AccountWorld("NPS +90", (0.92, 0.06, 0.02)),
    AccountWorld("NPS +60, unanimous accounts", (0.68, 0.24, 0.08), alike=0.9),
    AccountWorld("NPS +90, unanimous accounts", (0.92, 0.06, 0.02), alike=0.9),
    AccountWorld("NPS +60, answers nearly independent", (0.68, 0.24, 0.08), alike=0.05),
    AccountWorld("NPS +60, large accounts unhappier", (0.68, 0.24, 0.08), linked=True),
)


def sampled_accounts(
    world: AccountWorld, n_accounts: int, tail: float, *, samples: int, random_state: int
) -> tuple[Array, Array, Array, Array, Array]:
    """Return values, shares of promoters and of detractors, answers (samples, accounts), and the truth (samples,)."""
    rng = np.random.default_rng(random_state)
    value = rng.lognormal(0.0, tail, (samples, n_accounts))
    shares = np.tile(np.array(world.shares), (samples, n_accounts, 1))
    answers = 1 + rng.poisson(2.0, value.shape)
    if world.linked:
        lean = 0.25 * np.tanh(np.log(value) / tail)
        moved = np.clip(lean, -shares[..., 2], shares[..., 0])
        shares[..., 0] -= moved
        shares[..., 2] += moved
        answers = 1 + rng.poisson(np.minimum(value, 20.0))
    truth = (value * (shares[..., 0] - shares[..., 2])).sum(axis=1) / value.sum(axis=1)
    # An account's own shares: Dirichlet, whose concentration sets how alike its answers are.
    own = rng.standard_gamma(np.maximum(shares * (1 - world.alike) / world.alike, 1e-9))
    own /= np.maximum(own.sum(axis=-1, keepdims=True), 1e-300)
    promoters = rng.binomial(answers, np.clip(own[..., 0], 0, 1))
    left = np.clip(own[..., 2] / np.maximum(1 - own[..., 0], 1e-12), 0, 1)
    detractors = rng.binomial(answers - promoters, left)
    return value, promoters / answers, detractors / answers, answers.astype(float), 100 * truth


def peers(value: Array, promoter: Array, detractor: Array, confidence_level: float = 0.95) -> dict[str, Array]:
    """Return low and high (2, samples) of what else is in use, all clustered by account.

    "sandwich": the usual one with a normal quantile. "CR2": Bell and McCaffrey's with Satterthwaite's degrees of
    freedom. "jackknife": leaving out one account at a time (CR3), Student's t with accounts - 1 degrees.
    """
    from scipy.special import stdtrit

    share = value / value.sum(axis=1, keepdims=True)
    score = (share * (promoter - detractor)).sum(axis=1)
    off = (share * (promoter - detractor - score[:, None])) ** 2
    n = value.shape[1]
    left = 1 - 2 * share + (share**2).sum(axis=1, keepdims=True)
    at = 0.5 + confidence_level / 2
    degrees = np.array([_degrees(one) for one in share])
    errors = {
        "sandwich": critical_value(confidence_level) * np.sqrt(off.sum(axis=1) * n / (n - 1)),
        "jackknife": stdtrit(n - 1, at) * np.sqrt((off / (1 - share) ** 2).sum(axis=1) * (n - 1) / n),
        "CR2": stdtrit(degrees, at) * np.sqrt((off / left).sum(axis=1)),
    }
    return {name: 100 * np.clip(np.stack([score - half, score + half]), -1, 1) for name, half in errors.items()}


def _degrees(share: Array) -> float:
    """Satterthwaite's degrees of freedom of CR2, from the matrix of the quadratic form itself."""
    squared = float(share @ share)
    part = share / np.sqrt(1 - 2 * share + squared)
    form = part[:, None] * (np.eye(len(share)) - share[:, None] - share + squared) * part
    return float(np.trace(form) ** 2 / (form**2).sum())


def covered(
    world: AccountWorld, n_accounts: int, tail: float, *, samples: int, random_state: int = 0
) -> dict[str, float]:
    """Return coverage and median width of ours and of the peers where ours gives an interval, and how often it does."""
    value, promoter, detractor, answers, truth = sampled_accounts(
        world, n_accounts, tail, samples=samples, random_state=random_state
    )
    cell = np.repeat(np.arange(samples), n_accounts)
    flat = [one.ravel() for one in (value, promoter, detractor, answers)]
    ours = cluster_scores(cell, *flat, n_cells=samples, min_accounts=MIN_ACCOUNTS)
    given = ~np.isnan(ours.conf_low)
    held = (ours.conf_low <= truth + 1e-9) & (ours.conf_high >= truth - 1e-9)
    figures = {
        "ours": float(held[given].mean()),
        "given": float(given.mean()),
        "width": float(np.median((ours.conf_high - ours.conf_low)[given])),
        "effective": float(np.median(ours.effective_accounts)),
    }
    for name, (low, high) in peers(value, promoter, detractor).items():
        figures[name] = float(((low <= truth + 1e-9) & (high >= truth - 1e-9))[given].mean())
        figures[f"{name}_width"] = float(np.median((high - low)[given]))
    return figures


def coverage_rows(
    *, samples: int, sizes: tuple[int, ...] = SIZES, tails: tuple[float, ...] = TAILS
) -> list[dict[str, object]]:
    """Return one row per world, tail of value and number of accounts."""
    rows: list[dict[str, object]] = []
    for n_accounts in sizes:
        for tail in tails:
            for number, world in enumerate(WORLDS):
                seed = 10_000 * n_accounts + int(100 * tail) + number
                found = covered(world, n_accounts, tail, samples=samples, random_state=seed)
                rows.append({"accounts": n_accounts, "tail": tail, "world": world.name, **found})
    return rows


def agent_world(
    n_agents: int, spread: float, *, answers: float = 80.0, angry_agent: bool = True, random_state: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Return responses by agent and touchpoint, and each agent's true NPS at the case mix of all.

    Complaints are 60 points below orders for every agent. With `angry_agent`, agent a00 is an average one who is
    given nine complaints in ten; the others get two in ten, each a little more or less.
    """
    rng = np.random.default_rng(random_state)
    effect = rng.normal(0.0, spread, n_agents)
    given = rng.beta(4.0, 16.0, n_agents)
    if angry_agent:
        effect[0], given[0] = 0.0, 0.9
    n = np.maximum(rng.poisson(answers * rng.lognormal(0.0, 0.5, n_agents)), 1)
    agent = np.repeat(np.arange(n_agents), n)
    complaint = rng.random(len(agent)) < given[agent]
    expected = np.clip((45.0 - 60.0 * complaint + effect[agent]) / 100, -0.95, 0.95)
    passive = 0.4 * (1 - np.abs(expected))
    draw = rng.random(len(agent))
    promoter = draw < (1 - passive + expected) / 2
    detractor = draw > 1 - (1 - passive - expected) / 2
    frame = pd.DataFrame(
        {
            "response_id": [f"r{row:06}" for row in range(len(agent))],
            "agent_id": [f"a{one:02}" for one in agent],
            "touchpoint": np.where(complaint, "complaint", "order"),
            "category": np.select([promoter, detractor], ["promoter", "detractor"], "passive"),
        }
    )
    mix = complaint.mean()
    sides = [np.clip(45.0 - 60.0 * side + effect, -95, 95) for side in (0, 1)]
    truth = pd.Series((1 - mix) * sides[0] + mix * sides[1], index=[f"a{one:02}" for one in range(n_agents)])
    return frame, truth


def agent_figures(*, worlds: int, n_agents: int, spread: float, angry_agent: bool = True) -> dict[str, float]:
    """Return coverage and errors over worlds of agents, and how often the one with the angry customers is blamed.

    "raw": the agent's own NPS, and a ranking by it; blamed means put among the worst tenth, or said to differ.
    """
    tally: dict[str, list[float]] = {
        name: [] for name in ("held", "error", "raw_error", "blamed", "raw_worst", "differ")
    }
    for seed in range(worlds):
        frame, truth = agent_world(n_agents, spread, angry_agent=angry_agent, random_state=seed)
        found = adjusted_agents(frame, case_mix=("touchpoint",)).set_index("agent_id")
        found = found[found["estimate"].notna()]
        true = truth[found.index]
        tally["held"] += ((found["conf_low"] <= true) & (found["conf_high"] >= true)).tolist()
        tally["error"] += ((found["estimate"] - true) ** 2).tolist()
        tally["raw_error"] += ((found["raw"] - true) ** 2).tolist()
        tally["differ"] += found["differs"].drop("a00", errors="ignore").tolist()
        if "a00" in found.index:
            worst = max(len(found) // 10, 1)
            tally["blamed"].append(float(found.loc["a00", "differs"]))
            tally["raw_worst"].append(float(found["raw"].rank()["a00"] <= worst))
    means = {name: float(np.mean(values)) for name, values in tally.items()}
    return means | {"error": means["error"] ** 0.5, "raw_error": means["raw_error"] ** 0.5}


def main() -> None:
    """Print both tables, and write them to the results when run whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--worlds", type=int, default=AGENT_WORLDS)
    given = parser.parse_args()
    start = time.perf_counter()
    rows = coverage_rows(samples=given.samples)
    header = ["accounts", "tail", "world", "effective", "given", *(f"{name} (width)" for name in COMPARED)]
    cells = [
        [
            *(row["accounts"], row["tail"], row["world"], f"{row['effective']:.0f}", f"{row['given']:.0%}"),
            *(f"{row[name]:.3f} ({row['width' if name == 'ours' else name + '_width']:.0f})" for name in COMPARED),
        ]
        for row in rows
    ]
    least = min(float(str(row["ours"])) for row in rows)
    text = [*__doc__.split("\n\n")[-1].splitlines(), "", *markdown_table(header, cells), ""]
    text += [f"Lowest coverage of ours: {least:.3f} (wanted: .93).", ""]
    agents = []
    for n_agents, spread in ((10, 10.0), (40, 10.0), (40, 0.0)):
        found = agent_figures(worlds=given.worlds, n_agents=n_agents, spread=spread)
        agents.append([n_agents, f"{spread:g}", *(f"{found[name]:.3f}" for name in ("held", "differ"))])
        agents[-1] += [f"{found[name]:.1f}" for name in ("error", "raw_error")]
        agents[-1] += [f"{found[name]:.3f}" for name in ("blamed", "raw_worst")]
    names = ["agents", "spread of effects", "coverage", "said to differ", "error: ours", "raw"]
    text += markdown_table([*names, "angry customers' agent blamed: ours", "raw: among the worst tenth"], agents)
    text += ["", f"{time.perf_counter() - start:.0f} s."]
    print("\n".join(text))
    if (given.samples, given.worlds) == (SAMPLES, AGENT_WORLDS):
        write_section(
            "The score of few accounts, and agents",
            command="python -m benchmarks.monitoring_accounts",
            packages=["numpy", "pandas", "scipy"],
            lines=text,
        )


if __name__ == "__main__":
    main()
