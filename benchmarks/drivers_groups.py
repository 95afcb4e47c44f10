"""Effects per group in a world where they are known: `python -m benchmarks.drivers_groups`."""

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.drivers import code_presence
from nps_insights.drivers.groups.by_group import group_effects
from nps_insights.metrics import categorize
from nps_insights.simulate import planted_world

N_WORLDS, N_RESPONSES, N_TRUTH = 120, 2000, 200_000
GROUPS = {"Basic": 0.5, "Pro": 0.35, "Trial": 0.15}
THEMES = ("A", "B", "C", "D", "E", "F")
_PER_MENTION = {"A": -3.0, "B": 0.0, "C": 1.5, "D": -2.0, "E": 0.0, "F": -0.7}
# What A costs in each group: in one world more on Basic, in the other the same everywhere.
DIFFERENT = {"Basic": -3.0, "Pro": -1.2, "Trial": -1.2}
SAME = dict.fromkeys(GROUPS, -2.0)


def grouped_world(n: int, costs: dict[str, float], *, random_state: int) -> pd.DataFrame:
    """Return a planted world whose customers are of three groups, in which A costs what `costs` says."""
    world = planted_world(n, random_state=random_state)
    rng = np.random.default_rng([random_state, 1])
    world["group"] = rng.choice(list(GROUPS), size=n, p=list(GROUPS.values()))
    return world.assign(category=categories_of(world, costs))


def categories_of(world: pd.DataFrame, costs: dict[str, float]) -> pd.Series:
    """Return what the customers of a grouped world answer, their noise as it is."""
    expected = 8.3 + world["group"].map(costs) * world["A"]
    expected += sum(_PER_MENTION[name] * world[name] for name in THEMES if name != "A")
    return categorize(np.clip(np.round(expected + world["noise"]), 0, 10))


def true_per_mention(costs: dict[str, float]) -> pd.DataFrame:
    """Return group, theme and truth: points per mention, by the same customers without the theme."""
    world = grouped_world(N_TRUTH, costs, random_state=1_000_003)
    moved = {}
    for theme in THEMES:
        instead = categories_of(world.assign(**{theme: False}), costs)
        points = 100.0 * (_signs(world["category"]) - _signs(instead))
        moved[theme] = points[world[theme]].groupby(world["group"]).mean()
    return pd.DataFrame(moved).rename_axis(columns="theme").melt(ignore_index=False, value_name="truth").reset_index()


def _signs(category: pd.Series) -> pd.Series:
    return (category == "promoter").astype(float) - (category == "detractor").astype(float)


def estimates(world: pd.DataFrame) -> pd.DataFrame:
    """Return table `group_effects` of a grouped world."""
    responses = world[["response_id", "category", "group"]]
    comments = pd.DataFrame({"response_id": world["response_id"], "says_nothing": False})
    long = world.melt(id_vars="response_id", value_vars=list(THEMES), var_name="code")
    codes = code_presence(long[long["value"].astype(bool)])
    table, _ = group_effects(responses, comments, codes, by="group")
    return table.assign(theme=table["label"])


def figures(costs: dict[str, float], *, n_worlds: int, n: int) -> pd.DataFrame:
    """Return, per theme: error of points per mention, pooled and alone, coverage, and how often the test says clear."""
    truth = true_per_mention(costs)
    worlds = [estimates(grouped_world(n, costs, random_state=seed)).assign(world=seed) for seed in range(n_worlds)]
    rows = pd.concat(worlds, ignore_index=True).merge(truth, on=["group", "theme"])
    rows["pooled"] = (rows["per_mention"] - rows["truth"]) ** 2
    rows["alone"] = (rows["unpooled"] - rows["truth"]) ** 2
    rows["covered"] = rows["truth"].between(rows["per_mention_low"], rows["per_mention_high"])
    rows["share"] = rows["n_present"] / rows["n"]
    rows["clear"] = rows["p_value"] < 0.05
    return rows.groupby("theme").agg(
        pooled=("pooled", lambda squares: np.sqrt(squares.mean())),
        alone=("alone", lambda squares: np.sqrt(squares.mean())),
        covered=("covered", "mean"),
        clear=("clear", "mean"),
    )


def main() -> None:
    """Print and write the figures of both worlds."""
    lines = [
        f"{N_WORLDS} planted worlds of {N_RESPONSES:,} responses in three groups (50, 35 and 15 %). Error: root mean "
        "square, points per mention. Clear: share of worlds in which the test of difference has p < .05.",
        "",
    ]
    rows = []
    for name, costs in (("A costs more on Basic", DIFFERENT), ("the same everywhere", SAME)):
        for theme, found in figures(costs, n_worlds=N_WORLDS, n=N_RESPONSES).iterrows():
            errors = (f"{found['pooled']:.1f}", f"{found['alone']:.1f}")
            rows.append((name, theme, *errors, f"{found['covered']:.3f}", f"{found['clear']:.3f}"))
    lines += markdown_table(["world", "theme", "error, pooled", "error, each alone", "coverage", "clear"], rows)
    print("\n".join(lines))
    write_section(
        "Effects per group",
        command="python -m benchmarks.drivers_groups",
        packages=["nps-insights", "numpy"],
        lines=lines,
    )


if __name__ == "__main__":
    main()
