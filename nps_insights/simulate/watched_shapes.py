"""Bring a watched world into the contract's tables, and its truth into tables beside them."""

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize
from nps_insights.simulate import world
from nps_insights.simulate.churn_shapes import theme_table
from nps_insights.simulate.shapes import account_table, response_ids
from nps_insights.simulate.watched_answers import WatchedAnswers
from nps_insights.simulate.watched_people import WatchedPeople
from nps_insights.simulate.watched_stories import PRODUCTS, TRANSACTIONAL_BONUS, Story
from nps_insights.tables import conform

WORDING = f"How likely are you to recommend {world.BUSINESS} to a colleague or another company?"
THEME_IDS = tuple(f"t{number:02d}" for number in range(1, len(world.THEMES) + 1))
_PRODUCT = "attribute/Product"


def with_ids(asked: pd.DataFrame) -> pd.DataFrame:
    """Return the invitations with invitation_id and, where there is an answer, response_id, in order of their dates."""
    numbered = asked.copy()
    by_sending = np.lexsort((asked["survey"], asked["contact"], asked["sent_at"]))
    numbered.loc[by_sending, "invitation_id"] = [f"I{number:07d}" for number in range(1, len(asked) + 1)]
    answered = np.flatnonzero(asked["answered"])
    part = asked.iloc[answered]
    by_answering = answered[np.lexsort((part["survey"], part["contact"], part["responded_at"]))]
    numbered["response_id"] = None
    numbered.loc[by_answering, "response_id"] = response_ids(len(answered))
    return numbered


def watched_responses(people: WatchedPeople, frame: pd.DataFrame) -> pd.DataFrame:
    """Return table `responses` of the invitations that were answered."""
    accounts, contacts = people.population.accounts, people.population.contacts
    account = frame["account"].to_numpy()
    kept = ["response_id", "responded_at", "survey", "touchpoint", "channel", "trigger", "event_at", "csat", "ces"]
    responses = frame[kept].assign(
        score=frame["score"].astype(float),
        scale_min=0.0,
        scale_max=10.0,
        category=categorize(frame["score"]),
        account_id=accounts["account_id"].to_numpy()[account],
        contact_id=contacts["contact_id"].to_numpy()[frame["contact"]],
        contact_role=contacts["role"].to_numpy()[frame["contact"]],
        agent_id=_agent_ids(people, frame),
        wording=WORDING,
        internal=False,
        complete=True,
    )
    responses[_PRODUCT] = _products(people, account)
    for name in world.LEVELS:
        responses[f"attribute/{name.capitalize()}"] = pd.array(accounts[name].to_numpy()[account], dtype="str")
    return conform("responses", responses)


def watched_invitations(people: WatchedPeople, frame: pd.DataFrame) -> pd.DataFrame:
    """Return table `invitations`, the silent ones among them."""
    accounts, contacts = people.population.accounts, people.population.contacts
    kept = ["invitation_id", "sent_at", "response_id", "survey", "touchpoint", "channel"]
    invitations = frame[kept].assign(
        account_id=accounts["account_id"].to_numpy()[frame["account"]],
        contact_id=contacts["contact_id"].to_numpy()[frame["contact"]],
        agent_id=_agent_ids(people, frame),
    )
    return conform("invitations", invitations)


def watched_accounts(people: WatchedPeople, months: pd.PeriodIndex) -> pd.DataFrame:
    """Return table `accounts`, with the product of each."""
    accounts = account_table(people.population, people.leaving, months)
    product = pd.Series(_products(people, slice(None)), index=people.population.accounts["account_id"])
    return conform("accounts", accounts.assign(**{_PRODUCT: accounts["account_id"].map(product)}))


def watched_mentions(frame: pd.DataFrame, themes: np.ndarray) -> pd.DataFrame:
    """Return table `mentions`: what the comments that say something hold, each opinion a segment of its own."""
    usable = (frame["commented"] & ~frame["says_nothing"]).to_numpy()
    held = themes & usable[:, None]
    row, theme = np.nonzero(held)
    ids = frame["response_id"].to_numpy(dtype=str)[row]
    tones = np.array([np.sign(one.effect) for one in world.THEMES])
    mentions = pd.DataFrame(
        {
            "segment_id": np.char.add(np.char.add(ids, "#"), held.cumsum(axis=1)[row, theme].astype(str)),
            "theme_id": np.array(THEME_IDS, dtype=object)[theme],
            "response_id": ids,
            "strength": 1.0,
            "tone": tones[theme],
        }
    )
    return conform("mentions", mentions)


def watched_themes(responses: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return table `themes`, under the labels of the invented business."""
    told = [(theme.label, theme.code.replace("_", " ")) for theme in world.THEMES]
    return theme_table(responses, mentions, told)


def watched_outcomes(people: WatchedPeople, calls: pd.DataFrame) -> pd.DataFrame:
    """Return table `outcomes`: who was to be called back, and what became of it."""
    account_id = people.population.accounts["account_id"].to_numpy()[calls["account"].to_numpy(int)]
    days = ["proposed_at", "contacted_at", "closed_at", "result"]
    return conform("outcomes", calls[days].assign(action="call", account_id=pd.array(account_id, dtype="str")))


def true_periods(drawn: WatchedAnswers, story: Story) -> pd.DataFrame:
    """Return the planted and the expected NPS of each survey, month and product (see `watched_survey`)."""
    products = np.array(list(PRODUCTS), dtype=object)
    table = pd.concat([_expected(drawn.asked, by) for by in ([], ["product"])], ignore_index=True)
    named = table["product"].notna()
    place = table["product"].fillna(0).astype(int).to_numpy()
    shares = np.array([share for share, _ in PRODUCTS.values()])
    month = table["month"].to_numpy()
    planned = np.where(named, story.nps[month, place], story.nps[month] @ shares)
    table["planned"] = planned + TRANSACTIONAL_BONUS * (table["survey"] == "transactional")
    table["by"] = np.where(named, _PRODUCT, "")
    table["group"] = np.where(named, products[place], "")
    table["period_start"] = _starts(story)[month]
    table["period_end"] = _ends(story)[month]
    columns = ["survey", "by", "group", "period_start", "period_end", "n_asked", "n"]
    columns += ["planned", "expected", "mood", "everyone"]
    return table[columns].astype({"by": "str", "group": "str"}).sort_values(columns[:4], ignore_index=True)


def _expected(asked: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """What is to be expected of those who answered and of all who were asked, per survey, month and `by`."""
    keys = ["survey", "month", *by]
    chance = asked["promoter"] - asked["detractor"]
    # An answer counts 1, 0 or -1, so its variance follows from the two chances.
    rows = asked[[*keys, "answered"]].assign(chance=chance, mood=asked["promoter"] + asked["detractor"] - chance**2)
    everyone = rows.groupby(keys, sort=True)["chance"].agg(n_asked="size", everyone="mean")
    answered = rows[rows["answered"]].groupby(keys, sort=True)
    known = answered["chance"].agg(n="size", expected="mean").assign(mood=np.sqrt(answered["mood"].sum()))
    table = everyone.join(known, how="inner").reset_index()
    table["mood"] /= table["n"]
    table[["everyone", "expected", "mood"]] *= 100
    return table if by else table.assign(product=np.nan)


def true_shares(story: Story) -> pd.DataFrame:
    """Return the planted share of answers that hold each opinion, by month and product."""
    month, product, theme = (part.ravel() for part in np.indices(story.prevalence.shape))
    return pd.DataFrame(
        {
            "period_start": _starts(story)[month],
            "product": pd.array(np.array(list(PRODUCTS), dtype=object)[product], dtype="str"),
            "theme_id": pd.array(np.array(THEME_IDS, dtype=object)[theme], dtype="str"),
            "theme_code": pd.array(np.array(world.THEME_CODES, dtype=object)[theme], dtype="str"),
            "share": story.prevalence.ravel(),
        }
    )


def true_agents(people: WatchedPeople, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what each agent adds, and the expected NPS of the answers about it."""
    served = frame[frame["agent"] >= 0]
    figures = pd.DataFrame({"points": served["agent_gain"], "expected": served["promoter"] - served["detractor"]})
    means = 100 * figures.groupby(served["agent"]).mean()
    n = served.groupby("agent").size()
    every = range(len(people.agents))
    table = people.agents[["agent_id", "effect", "asks_only_the_happy"]].assign(
        product=pd.array(np.array(list(PRODUCTS), dtype=object)[people.agents["product"]], dtype="str"),
        n=n.reindex(every, fill_value=0).to_numpy(),
    )
    return table.assign(**{name: means[name].reindex(every).to_numpy() for name in means})


def true_recovery(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what calling back added to the relational answers that came two months later or more, in points."""
    rows = frame[frame["called"] & (frame["survey"] == "relational")]
    points = 100 * float(rows["call_gain"].mean()) if len(rows) else np.nan
    return pd.DataFrame({"action": ["call"], "points": [points], "n": [len(rows)]})


def _agent_ids(people: WatchedPeople, frame: pd.DataFrame) -> pd.Series:
    ids = people.agents["agent_id"].to_numpy(dtype=object)[frame["agent"]]
    return pd.Series(ids, index=frame.index, dtype="str").where(frame["agent"] >= 0)


def _products(people: WatchedPeople, account: np.ndarray | slice) -> pd.api.extensions.ExtensionArray:
    return pd.array(np.array(list(PRODUCTS), dtype=object)[people.product[account]], dtype="str")


def _starts(story: Story) -> np.ndarray:
    return story.months.start_time.to_numpy("datetime64[us]")


def _ends(story: Story) -> np.ndarray:
    return story.months.end_time.normalize().to_numpy("datetime64[us]")
