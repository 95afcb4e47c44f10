"""What is true: by how much each theme and attribute moves the NPS, by counterfactual with the same noise."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.answers import Answers, scores

TRUTH_COLUMNS = (
    "driver_id", "label", "kind", "role", "level", "among", "by", "group",
    "nps", "promoter", "passive", "detractor", "per_mention", "n", "n_present", "description",
)  # fmt: skip


def true_effects(answers: Answers) -> pd.DataFrame:
    """Return the true effect of every driver on these very answers.

    A theme's effect is the mean over responses of NPS(x) - NPS(x with the theme absent), a level's is
    NPS(all at that level) - NPS(as observed); noise and all else stay as they are.

    Args:
        answers: Simulated answers.

    Returns:
        One row per driver, `among` (`commenters`: those with a usable comment; `everyone`) and group (`by` and
        `group` are empty overall; themes also by plan). `nps`, `promoter`, `passive`, `detractor`: points of the
        total effect, with nps = promoter - detractor and promoter + passive + detractor = 0. `per_mention`: points
        of NPS per response that holds the opinion, empty for attributes. `n`, `n_present`: responses, and those that
        hold the opinion or stand at the level.
    """
    usable = (answers.frame["commented"] & ~answers.frame["says_nothing"]).to_numpy()
    rows = []
    for driver, present, (promoter, detractor) in _moves(answers):
        for among, mask in (("commenters", usable), ("everyone", np.ones(len(usable), dtype=bool))):
            for by, group, part in _groups(answers, mask, driver["kind"]):
                sizes = _points(promoter[part], detractor[part], present[part], driver["kind"])
                rows.append({**driver, "among": among, "by": by, "group": group, **sizes})
    return pd.DataFrame(rows)[list(TRUTH_COLUMNS)]


def true_quarters(answers: Answers, waves: pd.PeriodIndex) -> pd.DataFrame:
    """Return, per quarter, the NPS of everyone and what the theme that became more frequent did to it.

    Returns:
        One row per quarter and `among`: `quarter_start`, `n`, `nps`, `shifted_theme`, `share` (of responses that hold
        that opinion), `points` (its total effect in that quarter). The difference of `points` between the last two
        quarters is the planted part of the drop; the rest of the change is chance.
    """
    usable = (answers.frame["commented"] & ~answers.frame["says_nothing"]).to_numpy()
    column = world.THEME_CODES.index(world.SHIFTED_THEME)
    score = answers.frame["score"].to_numpy()
    promoter, detractor = _moved(score, _without(answers, column))
    rows = []
    for among, mask in (("commenters", usable), ("everyone", np.ones(len(usable), dtype=bool))):
        for wave, period in enumerate(waves):
            part = mask & (answers.frame["wave"] == wave).to_numpy()
            if not part.any():
                continue
            rows.append(
                {
                    "quarter_start": period.start_time.normalize(),
                    "among": among,
                    "n": int(part.sum()),
                    "nps": 100.0 * float(np.mean((score[part] >= 9).astype(int) - (score[part] <= 6))),
                    "shifted_theme": world.SHIFTED_THEME,
                    "share": float(answers.themes[part, column].mean()),
                    "points": 100.0 * float(np.mean(promoter[part] - detractor[part])),
                }
            )
    return pd.DataFrame(rows)


def _moves(answers: Answers) -> Iterator[tuple[dict[str, str], np.ndarray, tuple[np.ndarray, np.ndarray]]]:
    """Each driver, where it is present, and by response what it adds to being promoter and detractor."""
    score = answers.frame["score"].to_numpy()
    for column, theme in enumerate(world.THEMES):
        driver = {
            "driver_id": f"theme/{theme.code}", "label": theme.label, "kind": "theme", "role": theme.role,
            "level": "", "description": theme.description,
        }  # fmt: skip
        yield driver, answers.themes[:, column], _moved(score, _without(answers, column))
    for name, levels in world.LEVELS.items():
        for level in levels:
            given = {other: answers.frame[other].to_numpy() for other in world.LEVELS}
            present = given[name] == level
            given[name] = np.full(len(score), level, dtype=object)
            promoter, detractor = _moved(scores(answers.noise, answers.themes, given), score)
            yield _level_driver(name, level), present, (promoter, detractor)


def _level_driver(name: str, level: str) -> dict[str, str]:
    effects = world.LEVEL_EFFECTS[name]
    size = f"{effects.get(level, 0.0):+.1f} on the 0-10 scale" if effects else "no level moves anybody"
    role = "attribute" if effects else "null"
    column = name.capitalize()
    return {
        "driver_id": f"attribute/{column}/{level}",
        "label": f"{column}: {level}",
        "kind": "attribute",
        "role": role,
        "level": level,
        "description": f"{column} {level}: {size}.",
    }


def _without(answers: Answers, column: int) -> np.ndarray:
    absent = answers.themes.copy()
    absent[:, column] = False
    return scores(answers.noise, absent, {name: answers.frame[name].to_numpy() for name in world.LEVELS})


def _moved(score: np.ndarray, instead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    promoter = (score >= 9).astype(np.int8) - (instead >= 9).astype(np.int8)
    detractor = (score <= 6).astype(np.int8) - (instead <= 6).astype(np.int8)
    return promoter, detractor


def _groups(answers: Answers, mask: np.ndarray, kind: str) -> Iterator[tuple[str, str, np.ndarray]]:
    yield "", "", mask
    if kind == "theme":
        plan = answers.frame["plan"].to_numpy()
        for level in world.LEVELS["plan"]:
            yield "plan", level, mask & (plan == level)


def _points(promoter: np.ndarray, detractor: np.ndarray, present: np.ndarray, kind: str) -> dict[str, float | int]:
    n, n_present = len(promoter), int(present.sum())
    up, down = (100.0 * float(part.mean()) if n else np.nan for part in (promoter, detractor))
    per_mention = (up - down) * n / n_present if kind == "theme" and n_present else np.nan
    return {
        "nps": up - down, "promoter": up, "passive": 0.0 - up - down, "detractor": down,
        "per_mention": per_mention, "n": n, "n_present": n_present,
    }  # fmt: skip
