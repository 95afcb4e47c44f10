"""A programme that went from +20 to +42 in two years, and what is said of it at a moment."""

from functools import cache

import pandas as pd

from nps_insights.actions.targets import Judged, Target, judge_targets
from nps_insights.metrics import nps

# Two years, quarter by quarter, after a year at +20.
STORY = [20.0] * 4 + [20, 22, 25, 27, 30, 33, 36, 39, 42]
STARTED, DUE = "2024-01-01", "2026-03-31"
TARGET = Target("Company", 40, DUE, baseline=20, baseline_at=STARTED)


def programme(levels: list[float], *, n: int = 1500, first: str = "2023-01-01", per: str = "QS") -> pd.DataFrame:
    """Answers whose shares are those of the levels, as exactly as whole answers allow, spread over the periods."""
    starts = pd.date_range(first, periods=len(levels) + 1, freq=per)
    parts = []
    for start, end, level in zip(starts[:-1], starts[1:], levels, strict=True):
        promoters = round(n * (0.7 + level / 100) / 2)
        detractors = promoters - round(n * level / 100)
        names = ["promoter"] * promoters + ["detractor"] * detractors
        names += ["passive"] * (n - len(names))
        days = pd.date_range(start, end - pd.Timedelta(days=1), periods=n)
        parts.append(pd.DataFrame({"category": names, "responded_at": days}))
    answers = pd.concat(parts, ignore_index=True)
    return answers.assign(response_id=[f"r{row}" for row in range(len(answers))])


@cache
def measured(*levels: float, n: int = 1500) -> pd.DataFrame:
    return nps(programme([*levels], n=n), per="quarter", as_of=pd.Timestamp("2030-01-01"))


def story(as_of: str, *, levels: list[float] = STORY, n: int = 1500, target: Target = TARGET) -> Judged:
    return judge_targets([target], measured(*levels, n=n), as_of=pd.Timestamp(as_of))


def one(judged: Judged) -> pd.Series:
    assert len(judged.targets) == 1
    return judged.targets.iloc[0]
