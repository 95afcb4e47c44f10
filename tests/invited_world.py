"""Worlds of agents who serve customers and invite some of them: honest ones, and one who asks only the happy."""

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize

AS_OF = pd.Timestamp("2026-07-01")


def invited_world(
    seed: int, *, n_agents: int = 40, n_served: int = 150, quality: float = 0.4, cheats: int = 0, earlier: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invitations and responses; agents differ in quality, the first `cheats` of them ask only happy customers.

    Satisfaction = trait + quality of the agent + luck of the day; happier customers answer more often. `earlier`
    gives a survey before, which 60 % of the customers answered. Every agent invites two of five customers served.
    """
    rng = np.random.default_rng(seed)
    agent = np.repeat(np.arange(n_agents), n_served)
    trait = rng.normal(7.4, 1.6, len(agent))
    mood = trait + rng.normal(0, quality, n_agents)[agent] + rng.normal(0, 1.1, len(agent))
    draw = np.where(agent < cheats, mood, rng.random(len(agent)))
    place = pd.Series(draw).groupby(agent).rank(method="first", ascending=False)
    asked = np.flatnonzero(place <= 0.4 * n_served)
    touchpoint = np.where(rng.random(len(agent)) < 0.5, "delivery", "support")
    mood = mood - 0.5 * (touchpoint == "support")
    answers = asked[rng.random(len(asked)) < 1 / (1 + np.exp(-0.35 * (mood[asked] - 8.5)))]
    sent = pd.Timestamp("2026-04-01") + pd.to_timedelta(rng.integers(0, 60, len(agent)), unit="D")
    named = pd.DataFrame({"contact_id": [f"c{one:05d}" for one in range(len(agent))], "touchpoint": touchpoint})
    named["agent_id"] = [f"agent {one:03d}" for one in agent]
    invitations = named.iloc[asked].assign(sent_at=sent[asked])
    invitations["invitation_id"] = "i" + invitations["contact_id"]
    responses = named.iloc[answers].assign(responded_at=sent[answers] + pd.Timedelta(days=3), score=mood[answers])
    responses["response_id"] = "r" + responses["contact_id"]
    if earlier:
        before = np.flatnonzero(rng.random(len(agent)) < 0.6)
        first = named[["contact_id"]].iloc[before].assign(responded_at=pd.Timestamp("2026-01-15"))
        first["score"] = (trait + rng.normal(0, 1.1, len(agent)))[before]
        responses = pd.concat([responses, first.assign(response_id="e" + first["contact_id"])])
    responses["category"] = categorize(responses["score"].round().clip(0, 10))
    return invitations.reset_index(drop=True), responses.reset_index(drop=True)
