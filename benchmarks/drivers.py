"""The planted world of the drivers: ours and the trade's figure against what is true, 500 times over.

Run `python -m benchmarks.drivers`. Every world draws six themes and a score of which the contribution of every theme
is known, by enumeration of the 64 sets of themes: of the theme's total effect, of its promoter and detractor side, and
of the leave-out figure itself, as an infinite survey would give it. Three questions: how far off is each method, do the
intervals hold the truth, and what becomes of a harmless theme where unhappier customers comment more.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.drivers import DriverDesign
from nps_insights.drivers.effects.adjusted import adjusted_effects, mention_effects
from nps_insights.drivers.effects.combinations import side_variances, values
from nps_insights.drivers.effects.joint_model import JointModel, fit_joint_model
from nps_insights.drivers.effects.leave_out import leave_out_effects
from nps_insights.metrics import categorize
from nps_insights.simulate.planted import PLANTED_CONTRIBUTIONS, PLANTED_THEMES, planted_world

WORLDS, SIZES = 500, (500, 5000)
COVERED_WORLDS, COVERED_SIZES = 1000, (200, 500, 2000)
ANSWERS_PER_ACCOUNT = 4
# Of what one account's answers share: of the wish to mention a theme, and of the noise of the score.
SHARED = 0.5
# 40 % of the customers of the planted world write a comment.
COMMENTING = {"detractor": 0.67, "passive": 0.35, "promoter": 0.23}
OURS_OF_SILENCE = "ours: among those who commented"
OUTCOMES = ("nps", "promoter", "detractor")
METHODS = {"adjusted": "ours", "leave_out": "leave-out"}
WANTED_ERROR = {500: 1.3, 5000: 0.45}

# Weight of promoter and detractor side in each outcome, and of their variances and covariance.
_SIDES_OF = np.array([[1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
_SQUARES_OF = np.array([[1.0, 1.0, -2.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_DRIVERS = pd.DataFrame(
    {"driver_id": [f"code/{theme}" for theme in PLANTED_THEMES], "label": PLANTED_THEMES, "kind": "code"}
).assign(theme_id=None, attribute="", level="", numeric=False)
_BASE, _NOISE_SD = 8.3, 1.6
_SLOPES = np.array([-3.0, 0.0, 1.5, -2.0, 0.0, -0.7])


# --- what is true


def theme_sets() -> tuple[np.ndarray, np.ndarray]:
    """Return all sets of themes as 0/1 (64, 6), and how often each one comes in the planted world (64,)."""
    sets = np.array(list(product([0.0, 1.0], repeat=len(PLANTED_THEMES))))
    chance = _chances(sets)
    return sets, np.where(sets == 1, chance, 1 - chance).prod(axis=1)


def truth() -> pd.DataFrame:
    """Return the true contribution and the true leave-out figure of every theme, in points.

    Returns:
        Indexed by (method, outcome) with a column per theme; method `adjusted` or `leave_out`.

    Example:
        >>> truth().loc[("leave_out", "nps"), ["A", "B"]].round(1).tolist()
        [-20.0, -10.5]
    """
    sets, weight = theme_sets()
    sides = _sides(sets)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for column, theme in enumerate(PLANTED_THEMES):
        absent = sets[:, column] == 0
        without = sets.copy()
        without[:, column] = 0
        contribution = weight @ (sides - _sides(without))
        left_out = weight @ sides - weight[absent] @ sides[absent] / weight[absent].sum()
        for method, (promoter, detractor) in (("adjusted", contribution), ("leave_out", left_out)):
            for outcome, points in zip(OUTCOMES, (promoter - detractor, promoter, detractor), strict=True):
                found.setdefault((method, outcome), {})[theme] = 100 * float(points)
    return pd.DataFrame.from_dict(found, orient="index")


def _chances(themes: np.ndarray) -> np.ndarray:
    """Chance of each theme beside the others of its row: B comes with A, and F with D."""
    a, d = themes[:, 0], themes[:, 3]
    chance = np.tile([0.20, 0.05, 0.15, 0.10, 0.10, 0.10], (len(themes), 1))
    chance[a == 1, 1] = 0.6
    chance[d == 1, 5] = 0.5
    return chance


def _sides(themes: np.ndarray) -> np.ndarray:
    from scipy.stats import norm

    expected = _BASE + themes @ _SLOPES
    return np.column_stack([norm.sf((8.5 - expected) / _NOISE_SD), norm.cdf((6.5 - expected) / _NOISE_SD)])


# --- worlds


def clustered_world(n: int, *, random_state: int) -> pd.DataFrame:
    """Return a planted world in which each account answers about four times and agrees with itself.

    Every single answer is drawn as in the planted world, so that the same figures are true.

    Args:
        n: Number of responses.
        random_state: Seed.

    Returns:
        `account_id`, a 0/1 column per theme, and `category`.
    """
    from scipy.stats import norm

    rng = np.random.default_rng(random_state)
    n_accounts = n // ANSWERS_PER_ACCOUNT
    account = np.sort(rng.integers(n_accounts, size=n))
    own, shared = rng.normal(size=(n, 7)), rng.normal(size=(n_accounts, 7))
    draws = np.sqrt(1 - SHARED) * own + np.sqrt(SHARED) * shared[account]
    uniform = norm.cdf(draws[:, :6])
    themes = np.zeros((n, 6))
    # B and F depend on A and D, which are drawn before them.
    for column in (0, 2, 3, 4, 1, 5):
        themes[:, column] = uniform[:, column] < _chances(themes)[:, column]
    score = np.clip(np.round(_BASE + themes @ _SLOPES + _NOISE_SD * draws[:, 6]), 0, 10)
    world = pd.DataFrame(themes, columns=list(PLANTED_THEMES))
    return world.assign(account_id=[f"a{one:05d}" for one in account], category=categorize(pd.Series(score)))


def commented(world: pd.DataFrame, *, random_state: int) -> np.ndarray:
    """Return who comments: 40 % of all, and unhappier customers more."""
    chance = world["category"].map(COMMENTING).to_numpy(float)
    return np.random.default_rng(random_state).random(len(world)) < chance


# --- what is found


def modelled(world: pd.DataFrame) -> tuple[DriverDesign, JointModel]:
    """Return the driver matrix of a world and its joint model: what `estimate_drivers` fits, without its tables."""
    columns = [name for name in ("account_id", "category") if name in world]
    marks = pd.DataFrame(world[list(PLANTED_THEMES)].to_numpy(float), columns=_DRIVERS["driver_id"])
    design = DriverDesign(pd.concat([world[columns], marks], axis="columns"), _DRIVERS, pd.DataFrame())
    return design, fit_joint_model(design)


@dataclass(frozen=True, eq=False)
class Found:
    """Estimates of one world, in points: (methods, outcomes, themes), in the order of `truth`."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


def found_in(world: pd.DataFrame) -> Found:
    """Return both methods' figures and intervals of a world in which everybody comments."""
    from scipy.stats import t

    design, model = modelled(world)
    effects, themes = adjusted_effects(design, model), world[list(PLANTED_THEMES)].to_numpy(float)[model.rows]
    both = (
        (values(model, effects), side_variances(model, effects), model.degrees_of_freedom),
        (*leave_out_effects(themes, model.y, model.accounts), model.n_accounts - 1),
    )
    estimates, halves = [], []
    for sides, variances, degrees in both:
        estimates.append(_SIDES_OF @ sides.T)
        halves.append(t.ppf(0.975, degrees) * np.sqrt(_SQUARES_OF @ variances.T))
    estimate, half = 100 * np.stack(estimates), 100 * np.stack(halves)
    return Found(estimate, estimate - half, estimate + half)


# --- measures


def errors(n: int, worlds: int = WORLDS) -> dict[str, dict[str, float]]:
    """Return for each method what `worlds` worlds of `n` responses give.

    Returns:
        `error` (mean absolute, points), `bystander` (mean of B) with `bystander_error` of that mean, `sum` (mean of
        the sum of all themes) and `top_two` (share of worlds in which A and D are the two most harmful).
    """
    true = truth().loc[[(method, "nps") for method in METHODS]].to_numpy()[0]
    nps = np.stack([found_in(planted_world(n, random_state=seed)).estimate[:, 0] for seed in range(worlds)])
    bystander, harmful = PLANTED_THEMES.index("B"), {PLANTED_THEMES.index("A"), PLANTED_THEMES.index("D")}
    worst = np.argsort(nps, axis=2)[:, :, :2]
    return {
        method: {
            "error": float(np.abs(nps[:, row] - true).mean()),
            "bystander": float(nps[:, row, bystander].mean()),
            "bystander_error": float(nps[:, row, bystander].std(ddof=1) / np.sqrt(worlds)),
            "sum": float(nps[:, row].sum(axis=1).mean()),
            "top_two": float(np.mean([set(pair.tolist()) == harmful for pair in worst[:, row]])),
        }
        for row, method in enumerate(METHODS)
    }


def coverage(n: int, worlds: int = COVERED_WORLDS, *, clustered: bool = False) -> pd.DataFrame:
    """Return the share of 95 % intervals that hold the truth, indexed by (method, outcome), a column per theme."""
    true = truth()
    shape = (len(METHODS), len(OUTCOMES), len(PLANTED_THEMES))
    aim = true.loc[[(method, outcome) for method in METHODS for outcome in OUTCOMES]].to_numpy().reshape(shape)
    hits = np.zeros(shape)
    for seed in range(worlds):
        # Other seeds than those of the errors.
        draw = clustered_world if clustered else planted_world
        found = found_in(draw(n, random_state=100_000 + seed))
        hits += (found.low <= aim) & (aim <= found.high)
    share = (hits / worlds).reshape(-1, shape[2])
    index = pd.MultiIndex.from_tuples([(method, outcome) for method in METHODS for outcome in OUTCOMES])
    return pd.DataFrame(share, index=index, columns=list(PLANTED_THEMES))


def silence(n: int = 5000, worlds: int = WORLDS) -> pd.DataFrame:
    """Return points per mention of the harmless themes, where 40 % comment and unhappier customers more.

    Returns:
        One row per model and theme: model, theme, estimate (mean over worlds), std_error of that mean.
    """
    per_mention: dict[str, list[np.ndarray]] = {}
    for seed in range(worlds):
        for model, points in silent_world(n, seed).items():
            per_mention.setdefault(model, []).append(points)
    rows = []
    for model, found in per_mention.items():
        for theme in ("E", "B"):
            points = np.stack(found)[:, PLANTED_THEMES.index(theme)]
            rows.append((model, theme, points.mean(), points.std(ddof=1) / np.sqrt(worlds)))
    return pd.DataFrame(rows, columns=["model", "theme", "estimate", "std_error"])


def silent_world(n: int, seed: int) -> dict[str, np.ndarray]:
    """Return points per mention of all themes (6,) by three models of one world in which 40 % comment."""
    world = planted_world(n, random_state=200_000 + seed)
    spoke = commented(world, random_state=300_000 + seed)
    silent = world.copy()
    silent.loc[~spoke, list(PLANTED_THEMES)] = False
    seen = {OURS_OF_SILENCE: world[spoke].reset_index(drop=True), "silence counted as absence": silent}
    found = {}
    for name, rows in seen.items():
        design, model = modelled(rows)
        found[name] = 100 * values(model, mention_effects(design, model)) @ [1.0, -1.0]
    answer = (silent["category"] == "promoter").to_numpy(float) - (silent["category"] == "detractor")
    marks = silent[list(PLANTED_THEMES)].to_numpy(float)
    found["silence counted as absence, one theme at a time"] = 100 * np.array(
        [answer[own == 1].mean() - answer[own == 0].mean() for own in marks.T]
    )
    return found


# --- what is written


def error_lines(worlds: int = WORLDS) -> list[str]:
    """Lines on the error of both methods."""
    rows = []
    for n in SIZES:
        for method, found in errors(n, worlds).items():
            wanted = f" (wanted: {WANTED_ERROR[n]})" if method == "adjusted" else ""
            bystander = f"{found['bystander']:.2f} ± {1.96 * found['bystander_error']:.2f}"
            cells = [f"{found['error']:.2f}{wanted}", bystander, f"{found['sum']:.1f}", f"{found['top_two']:.0%}"]
            rows.append([f"{n:,}", METHODS[method], *cells])
    total = sum(PLANTED_CONTRIBUTIONS.values())
    header = ["n", "method", "mean absolute error", "bystander B, mean (true: 0)", f"sum (true: {total:.1f})"]
    return [
        f"{worlds} worlds of each size, six themes; figures in points.",
        "",
        *markdown_table([*header, "A and D named as the two most harmful"], rows),
    ]


def coverage_lines(worlds: int = COVERED_WORLDS) -> list[str]:
    """Lines on the coverage of the 95 % intervals."""
    rows = []
    for clustered in (False, True):
        for n in COVERED_SIZES:
            for (method, outcome), shares in coverage(n, worlds, clustered=clustered).iterrows():
                answers = f"{n} of {n // ANSWERS_PER_ACCOUNT} accounts" if clustered else str(n)
                spread = f"{shares.min():.3f} to {shares.max():.3f}"
                rows.append([answers, METHODS[method], outcome, f"{shares.mean():.3f}", spread])
    return [
        f"Share of 95 % intervals that hold the truth (wanted: .93 to .97), {worlds:,} worlds of each kind; the chance "
        f"error of one theme's share is ± {1.96 * np.sqrt(0.95 * 0.05 / worlds):.3f}. No theme is left out for being "
        f"rare. Where accounts answer about {ANSWERS_PER_ACCOUNT} times, half of what drives themes and score is "
        "theirs.",
        "",
        *markdown_table(["responses", "method", "outcome", "mean of six themes", "lowest to highest theme"], rows),
    ]


def silence_lines(worlds: int = WORLDS) -> list[str]:
    """Lines on silence."""
    rows = [
        [row.model, row.theme, f"{row.estimate:.2f} ± {1.96 * row.std_error:.2f}"]
        for row in silence(worlds=worlds).itertuples()
    ]
    said = ", ".join(f"{share:.0%} of the {name}s" for name, share in COMMENTING.items())
    return [
        f"40 % comment ({said}); 5,000 customers, {worlds} worlds. A harmless theme's points per mention (true: 0; "
        "wanted: within 1.0):",
        "",
        *markdown_table(["model", "theme", "points per mention"], rows),
    ]


def main() -> None:
    """Print and write errors, coverage and silence."""
    lines = [__doc__.split("\n\n")[1].split(". ", 1)[1], ""]
    for part in (error_lines(), coverage_lines(), silence_lines()):
        lines += [*part, ""]
    print("\n".join(lines))
    packages = ["nps-insights", "numpy", "scipy", "pandas"]
    write_section(
        "Drivers in the planted world", command="python -m benchmarks.drivers", packages=packages, lines=lines
    )


if __name__ == "__main__":
    main()
