"""Answers by month, with a product that fails from one month on and recovers later."""

from functools import cache

import numpy as np
import pandas as pd

START = pd.Timestamp("2025-01-01")
LABELS = ["disconnects", *[f"theme {k}" for k in range(1, 8)]]
THEMES = pd.DataFrame({"theme_id": [f"t{k:02}" for k in range(8)], "label": LABELS})


@cache
def failing_router(
    n: int = 500, *, months: int = 12, fails: int = 9, recovers: int = 11, seed: int = 2
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses and mentions: Routers (40 %) lose about 47 points in the months from `fails` to before `recovers`."""
    rng = np.random.default_rng(seed)
    answers, mentions = [], []
    for t in range(months):
        product = rng.choice(["Router", "Phone", "Cloud"], n, p=[0.4, 0.35, 0.25])
        bad = (product == "Router") & (fails <= t < recovers)
        luck = rng.random(n)
        category = np.where(
            luck < np.where(bad, 0.25, 0.5),
            "promoter",
            np.where(luck < np.where(bad, 0.58, 0.8), "passive", "detractor"),
        )
        ids = np.array([f"r{t:02}{row:05}" for row in range(n)])
        days = START + pd.DateOffset(months=t) + pd.to_timedelta(rng.integers(0, 28 * 24, n), unit="h")
        frame = {"response_id": ids, "category": category, "responded_at": days, "product": product}
        answers.append(pd.DataFrame(frame | {"region": rng.choice(["North", "South"], n)}))
        for k in range(8):
            often = (
                np.where(category == "detractor", np.where(bad, 0.4, 0.08), np.where(bad, 0.1, 0.03))
                if k == 0
                else 0.05 + 0.01 * k
            )
            hit = ids[rng.random(n) < often]
            mentions.append(pd.DataFrame({"response_id": hit, "theme_id": f"t{k:02}"}))
    said = pd.concat(mentions, ignore_index=True)
    return pd.concat(answers, ignore_index=True), said.assign(segment_id="s" + said["response_id"])


def end_of(month: int) -> pd.Timestamp:
    """The last day of a month, counted from 0."""
    return START + pd.DateOffset(months=month + 1) - pd.Timedelta(days=1)
