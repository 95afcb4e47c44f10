"""Why it moved, where the reason is known: `python -m benchmarks.drivers_change`."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.drivers.change.between import Comparison
from nps_insights.drivers.change.change_parts import ChangeParts, change_parts
from nps_insights.drivers.matrix.presence import code_presence
from nps_insights.metrics import categorize
from nps_insights.simulate import simulate_survey

# What differs between the two sides; all else is the same in both.
PLANTED = {
    "more frequent": ({"share_a": 0.10}, {"share_a": 0.30}),
    "weighs more": ({"effect_a": -1.0}, {"effect_a": -4.0}),
    "other customers": ({"basic": 0.6}, {"basic": 0.3}),
    "nothing": ({}, {}),
}
TRUE_PART = {
    "more frequent": ("frequency", "code/A"),
    "weighs more": ("rate", "code/A"),
    "other customers": ("mix", "attribute/plan"),
}
BETWEEN = Comparison("wave", "before", "after")
N_WORLDS, N_TRUTH, N_SAMPLES = 80, 200_000, 10
_FEW, _OWN = 1_000_000, 20


def two_sides(
    planted: str, n: int, *, random_state: int, again: float = 0.5
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw `n` responses on each side of a change: responses, comments and presence of themes A to D.

    B comes mostly beside A and is harmless, C helps, D harms. Customers differ from one another for good, and a part
    `again` of them answers on both sides; unhappy customers comment more often.

    Args:
        planted: What differs, of `PLANTED`.
        n: Responses a side.
        random_state: Seed.
        again: Part (0..1) of the customers of the later side who are those of the earlier.
    """
    rng = np.random.default_rng(random_state)
    new = int(n * (1 - again))
    temper, luck = rng.normal(0, 0.8, n + new), rng.random(n + new)
    parts = []
    for side, (name, settings) in enumerate(zip(("before", "after"), PLANTED[planted], strict=True)):
        account = np.arange(n) + side * new
        world = {"share_a": 0.2, "effect_a": -2.5, "basic": 0.5} | settings
        plan = np.where(luck[account] < world["basic"], "Basic", np.where(luck[account] < 0.8, "Pro", "Trial"))
        draws = rng.random((n, 4))
        a = draws[:, 0] < world["share_a"]
        b, c, d = draws[:, 1] < np.where(a, 0.6, 0.1), draws[:, 2] < 0.2, draws[:, 3] < 0.15
        expected = 8.0 + world["effect_a"] * a + 1.2 * c - 1.5 * d + 1.2 * (plan == "Pro") - 0.5 * (plan == "Trial")
        score = np.clip(np.round(expected + temper[account] + rng.normal(0, 1.4, n)), 0, 10)
        frame = {"account_id": [f"a{one:07d}" for one in account], "wave": name, "attribute/plan": plan}
        frame |= {"A": a, "B": b, "C": c, "D": d, "commented": rng.random(n) < np.where(score <= 6, 0.75, 0.55)}
        parts.append(pd.DataFrame(frame | {"category": categorize(pd.Series(score))}))
    every = pd.concat(parts, ignore_index=True)
    every.insert(0, "response_id", [f"r{row:07d}" for row in range(len(every))])
    spoke = every[every["commented"]]
    long = spoke.melt(id_vars="response_id", value_vars=["A", "B", "C", "D"], var_name="label")
    presence = long[long["value"].astype(bool)].drop(columns="value")
    responses = every[["response_id", "account_id", "wave", "attribute/plan", "category"]]
    comments = spoke[["response_id"]].assign(says_nothing=False)
    return responses, comments, presence.assign(driver_id="code/" + presence["label"], kind="code", theme_id=None)


def taken_apart(planted: str, n: int, *, random_state: int, own: bool) -> ChangeParts:
    """Return the parts of one drawn change, with coefficients of each side's own or shared ones."""
    tables = two_sides(planted, n, random_state=random_state)
    return change_parts(*tables, between=BETWEEN, attributes=["plan"], min_rate=_OWN if own else _FEW)


def figures(planted: str, n: int, seeds: Iterable[int], *, own: bool, n_truth: int = N_TRUTH) -> pd.DataFrame:
    """Return, by part: truth (the same model on very many responses), mean, error and coverage; and the sum's error."""
    keys = ["part", "driver_id"]
    truth = taken_apart(planted, n_truth, random_state=10**6, own=own).parts.set_index(keys)["estimate"].rename("truth")
    drawn = [taken_apart(planted, n, random_state=seed, own=own).parts for seed in seeds]
    rows = pd.concat(drawn).join(truth, on=keys)
    rows["covered"] = (rows["conf_low"] <= rows["truth"]) & (rows["truth"] <= rows["conf_high"])
    rows["clear"] = rows["p_value"] < 0.05
    rows["width"] = (rows["conf_high"] - rows["conf_low"]) / 2
    found = rows.groupby(keys)[["truth", "estimate", "width", "covered", "clear"]].mean()
    missing = [abs(2 * one.loc[one["part"] == "total", "estimate"].sum() - one["estimate"].sum()) for one in drawn]
    return found.reset_index().assign(planted=planted, n=n, own=own, sum_error=max(missing))


def sample_drop(seed: int, *, n_accounts: int = 2000) -> dict[str, float | bool]:
    """Return what the last quarter's jump of wrong invoices did among commenters, and what the parts say of it."""
    simulated = simulate_survey(n_accounts, random_state=seed)
    quarters = simulated.truth_quarters.query("among == 'commenters'").sort_values("quarter_start")
    parts = change_parts(
        simulated.responses,
        simulated.comments,
        code_presence(simulated.codes),
        per="quarter",
        attributes=["Plan", "Region"],
        controls=["Industry"],
        among="commenters",
    ).parts
    driver = f"code/{quarters['shifted_theme'].iloc[-1]}"
    row = parts[(parts["part"] == "frequency") & (parts["driver_id"] == driver)].iloc[0]
    truth = float(quarters["points"].iloc[-1] - quarters["points"].iloc[-2])
    others = parts[(parts["driver_id"] != "") & (parts["driver_id"] != driver)]
    return {
        "truth": truth,
        "estimate": float(row["estimate"]),
        "covered": bool(row["conf_low"] <= truth <= row["conf_high"]),
        "first": bool(row["p_value"] == parts.loc[parts["driver_id"] != "", "p_value"].min()),
        "others": int((others["q_value"] < 0.1).sum()),
    }


def main() -> None:
    """Print and write truth, mean, half width and coverage of every part."""
    runs = [(planted, n, own) for planted in PLANTED for n, own in ((500, False), (1500, True))]
    found = pd.concat([figures(planted, n, range(N_WORLDS), own=own) for planted, n, own in runs])
    cells = [
        (
            row.planted, row.n, row.part, row.driver_id, f"{row.truth:+.2f}", f"{row.estimate:+.2f}",
            f"{row.width:.1f}", f"{row.covered:.3f}", f"{row.clear:.3f}",
        )
        for row in found.itertuples()
    ]  # fmt: skip
    coverage = found.groupby(["planted", "n"])["covered"].mean()
    lines = [
        f"{N_WORLDS} changes of each kind, 500 or 1,500 responses a side, half of the customers on both sides, about "
        f"60 % with a comment. Truth: the same model on {N_TRUTH:,} responses a side. Mean coverage of 95 % intervals "
        f"by kind and size: {coverage.min():.3f} to {coverage.max():.3f}; a single part's "
        f"{found['covered'].min():.3f} to {found['covered'].max():.3f}. "
        f"Sum of parts less change: at most {found['sum_error'].max():.1e} points.",
        "",
        *markdown_table(
            ["planted", "n", "part", "driver", "truth", "mean", "half width", "coverage", "p < .05"], cells
        ),
    ]
    drops = pd.DataFrame([sample_drop(seed) for seed in range(N_SAMPLES)])
    lines += [
        "",
        f"The sample's last quarter (wrong invoices from 8 % to 31 %), {N_SAMPLES} surveys, true labels, among "
        f"commenters: truth {drops['truth'].mean():+.1f} points, frequency of wrong invoices "
        f"{drops['estimate'].mean():+.1f}; mean absolute error "
        f"{(drops['estimate'] - drops['truth']).abs().mean():.1f}; "
        f"the interval holds the truth in {drops['covered'].sum()}, it is the clearest part in {drops['first'].sum()}; "
        f"{drops['others'].sum()} other parts were called clear (q < .10).",
    ]
    print("\n".join(lines))
    write_section(
        "Why it moved", command="python -m benchmarks.drivers_change", packages=["nps-insights", "numpy"], lines=lines
    )


if __name__ == "__main__":
    main()
