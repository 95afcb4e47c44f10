"""Accounts of three plans who were asked: satisfaction differs by plan, and so does who answers."""

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2026-06-01")
PROMOTER = {"Basic": 0.2, "Plus": 0.4, "Pro": 0.6}
DETRACTOR = {"Basic": 0.5, "Plus": 0.3, "Pro": 0.1}
ANSWERS = {"Basic": 0.15, "Plus": 0.3, "Pro": 0.6}


def asked_world(seed: int, n: int = 3000) -> dict[str, pd.DataFrame]:
    """Accounts, invitations that name their answer, responses, and `everybody`: what each would have answered."""
    rng = np.random.default_rng(seed)
    plan = rng.choice(["Basic", "Plus", "Pro"], n, p=[0.5, 0.3, 0.2])
    luck, promoter, detractor = rng.random(n), *(pd.Series(plan).map(one).to_numpy() for one in (PROMOTER, DETRACTOR))
    category = np.where(luck < promoter, "promoter", np.where(luck > 1 - detractor, "detractor", "passive"))
    answers = rng.random(n) < pd.Series(plan).map(ANSWERS).to_numpy()
    sent = pd.Timestamp("2026-02-01") + pd.to_timedelta(rng.integers(0, 90, n), unit="D")
    ids = pd.Series([f"{one:05d}" for one in range(n)])
    accounts = pd.DataFrame({"account_id": "a" + ids, "attribute/plan": plan, "value": rng.integers(1, 500, n) * 10.0})
    accounts["attribute/region"] = rng.choice(["North", "South"], n)
    everybody = pd.DataFrame({"response_id": "r" + ids, "account_id": "a" + ids, "category": category})
    everybody["responded_at"] = sent + pd.to_timedelta(rng.integers(1, 10, n), unit="D")
    invitations = pd.DataFrame({"invitation_id": "i" + ids, "account_id": "a" + ids, "sent_at": sent})
    invitations["response_id"] = everybody["response_id"].where(answers)
    responses = everybody[answers].reset_index(drop=True)
    return {"accounts": accounts, "invitations": invitations, "responses": responses, "everybody": everybody}


def shuffled(world: dict[str, pd.DataFrame], seed: int = 1) -> dict[str, pd.DataFrame]:
    return {name: frame.sample(frac=1, random_state=seed) for name, frame in world.items()}
