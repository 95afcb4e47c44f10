"""Questions put to the invitations: who is asked too often, who stops answering, how late, who should not count."""

import numpy as np
import pandas as pd

from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.asked.agent_patterns import agent_patterns
from nps_insights.metrics.asked.matching import asked_again, asked_and_answered, last_date
from nps_insights.metrics.few_accounts import account_degrees, kept_shares, two_sided_p
from nps_insights.metrics.figures.cell_shares import cell_shares
from nps_insights.metrics.intervals import share_interval
from nps_insights.metrics.many import benjamini_hochberg
from nps_insights.tables import SettingsError, conform

_FROM_HERE_ON = 5
_FEW = 30
_DAY = pd.Timedelta(days=1)
_QUANTILES = {"median": 0.5, "90 % within": 0.9}


def invitation_audit(
    invitations: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    as_of: pd.Timestamp | None = None,
    repeat_days: int = 90,
    tolerated: float = 0.01,
    false_discoveries: float = 0.1,
    min_agent: int = 30,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return what the invitations tell about the figures that come of them.

    Checks: `asked_again` (share of people asked again within `repeat_days`), `not_invited` (share of answers that
    belong to no invitation), `internal` (share of answers of employees and tests), `answered_before_asked` (share of
    dated answers), `response_rate` by invitation number (share), `answer_delay` (days; the median and the days within
    which 90 % of answers came), and the patterns of each agent, see `agent_patterns`.

    A share is suspicious where its interval lies above `tolerated`; a response rate by number where it is lower than
    that of first invitations with q < `false_discoveries`; an agent likewise. What cannot be known is a row without
    estimate, with the reason. Suspicious means: look; nothing here proves an intention.

    Args:
        invitations: Table `invitations`.
        responses: Table `responses`.
        as_of: Moment of knowing; the last invitation or answer if not given.
        repeat_days: Days within which nobody should be asked twice; the same day counts.
        tolerated: Share (0..1) up to which people asked again, uninvited and internal answers are no concern.
        false_discoveries: Expected share of false ones among the agents called suspicious (Benjamini-Hochberg).
        min_agent: Fewest invitations (or answers) from which an agent's pattern is judged.
        confidence_level: Coverage of the intervals; those of shares are clustered by account (`cell_shares`).

    Returns:
        Table `invitation_audit`.

    Raises:
        SettingsError: A setting lies outside its range.
        DataRefusedError: Nobody was asked by `as_of`, or nothing says which answer is to which invitation.

    Example:
        >>> invitations = pd.DataFrame({"invitation_id": ["i1", "i2", "i3"], "contact_id": ["c1", "c1", "c2"]})
        >>> invitations["sent_at"] = pd.to_datetime(["2026-01-10", "2026-02-10", "2026-02-10"])
        >>> responses = pd.DataFrame({"response_id": ["r1"], "contact_id": ["c1"], "category": ["passive"]})
        >>> responses["responded_at"] = pd.Timestamp("2026-01-12")
        >>> audit = invitation_audit(invitations, responses).set_index("check")
        >>> audit.loc["asked_again", "reason"]
        '1 of 2 people were asked again within 90 days'
    """
    if repeat_days < 1 or not 0 <= tolerated < 1 or not 0 < false_discoveries < 1:
        raise SettingsError(
            f"repeat_days == {repeat_days}, tolerated == {tolerated}, false_discoveries == {false_discoveries}: "
            "must be 1 day or more, a share from 0 to below 1, and a share between 0 and 1"
        )
    moment = last_date(invitations, responses) if as_of is None else pd.Timestamp(as_of)
    asked = asked_and_answered(invitations, responses, as_of=moment)
    answers = responses.sort_values("response_id")
    if "responded_at" in answers.columns:
        answers = answers[~(answers["responded_at"] > moment)]
    shares = pd.concat(
        [
            _asked_again(asked, repeat_days, confidence_level),
            _not_invited(asked, answers, confidence_level),
            _internal(answers, confidence_level),
            _before_asked(asked, confidence_level),
        ]
    )
    shares["suspicious"] = shares["conf_low"] > tolerated
    numbers = _by_number(asked, false_discoveries, confidence_level)
    delays = _delays(asked, confidence_level)
    agents = agent_patterns(
        asked,
        answers,
        repeat_days=repeat_days,
        false_discoveries=false_discoveries,
        min_agent=min_agent,
        confidence_level=confidence_level,
    )
    rows = [part.to_dict("records") for part in (shares, numbers, delays, agents)]
    return conform("invitation_audit", pd.DataFrame([row for part in rows for row in part]))


def _share(check: str, holds: pd.Series, who: pd.DataFrame, told: str, confidence_level: float) -> pd.DataFrame:
    """One row: the share of rows for which `holds`, with an interval clustered by the account in `who`."""
    n, k = len(holds), int(holds.sum())
    row = {"check": check, "by": "", "group": "", "n": n, "q_value": np.nan}
    accounts = account_codes(who.reset_index(drop=True))
    found = cell_shares(np.zeros(n), 1, holds.to_numpy(dtype=bool), accounts, confidence_level=confidence_level)
    figures = {name: float(getattr(found, name)[0]) for name in ("estimate", "conf_low", "conf_high")}
    return pd.DataFrame([row | figures | {"reason": f"{k} of {n} {told}"}])


def _not_known(check: str, reason: str) -> pd.DataFrame:
    row = {"check": check, "by": "", "group": "", "n": 0, "suspicious": False, "reason": f"not known: {reason}"}
    return pd.DataFrame([row | dict.fromkeys(("estimate", "conf_low", "conf_high", "q_value"), np.nan)])


def _asked_again(asked: pd.DataFrame, repeat_days: int, confidence_level: float) -> pd.DataFrame:
    again = asked_again(asked, repeat_days).groupby(asked["person"], sort=True).any()
    who = asked.drop_duplicates("person").set_index("person").reindex(again.index)
    people = "people" if "contact_id" in asked.columns else "accounts (no contact is named)"
    return _share("asked_again", again, who, f"{people} were asked again within {repeat_days} days", confidence_level)


def _not_invited(asked: pd.DataFrame, answers: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    uninvited = ~answers["response_id"].isin(asked["answer_id"].dropna())
    if answers.empty:
        return _not_known("not_invited", "there are no answers")
    return _share("not_invited", uninvited, answers, "answers belong to no invitation", confidence_level)


def _internal(answers: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    if answers.empty or "internal" not in answers.columns:
        return _not_known("internal", "nothing says which answers are of employees or tests (column internal)")
    internal = answers["internal"].astype("boolean").fillna(False).astype(bool)
    return _share("internal", internal, answers, "answers are of employees or tests", confidence_level)


def _delay_days(asked: pd.DataFrame) -> pd.DataFrame:
    """Dated answers with the days from the invitation to them, 0 on the same day."""
    dated = asked[asked["answered_at"].notna()].reset_index(drop=True)
    exact = (dated["answered_at"] - dated["sent_at"]) / _DAY
    same_day = dated["answered_at"].dt.normalize() == dated["sent_at"].dt.normalize()
    # An export of days puts an answer of the same day at midnight, before the hour of the invitation.
    return dated.assign(days=exact.where(~same_day, exact.clip(lower=0)))


def _before_asked(asked: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    dated = _delay_days(asked)
    if dated.empty:
        return _not_known("answered_before_asked", "no answer to an invitation has a date")
    early = dated["days"] < 0
    return _share("answered_before_asked", early, dated, "answers are older than their invitation", confidence_level)


def _delays(asked: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    """Quantiles of the delay; the interval is that of the quantile's rank, by Wilson (Woodruff 1952)."""
    days = np.sort(_delay_days(asked)["days"].to_numpy(dtype=float))
    days = days[days >= 0]
    if len(days) == 0:
        return _not_known("answer_delay", "no answer to an invitation has a date")
    n, rows = len(days), []
    for group, quantile in _QUANTILES.items():
        _, low, high = share_interval(quantile * n, n, confidence_level=confidence_level)
        at = (quantile, float(low), float(high))
        figures = dict(zip(("estimate", "conf_low", "conf_high"), (_ranked(days, one) for one in at), strict=True))
        reason = f"{100 * quantile:g} % of {n:,} answers came within {figures['estimate']:.1f} days"
        rows.append({"check": "answer_delay", "by": "quantile", "group": group, "n": n, "reason": reason} | figures)
    return pd.DataFrame(rows).assign(q_value=np.nan, suspicious=False)


def _ranked(ordered: np.ndarray, quantile: float) -> float:
    return float(ordered[min(max(int(np.ceil(quantile * len(ordered))) - 1, 0), len(ordered) - 1)])


def _by_number(asked: pd.DataFrame, false_discoveries: float, confidence_level: float) -> pd.DataFrame:
    """Response rate of first, second, ... invitations, each held against the first, clustered by account."""
    number = asked["invitation_number"].clip(upper=_FROM_HERE_ON).to_numpy() - 1
    # Everybody who has a fourth invitation has a third, so no number is left out.
    n = np.bincount(number).astype(float)
    yes = asked["answered"].to_numpy(dtype=float)
    rate = np.bincount(number, weights=yes) / n
    accounts = account_codes(asked)
    shares = cell_shares(number, len(n), yes > 0, accounts, confidence_level=confidence_level)
    q = benjamini_hochberg(_against_first(number, accounts, yes, rate, n))
    names = [str(one + 1) for one in range(len(n))]
    if len(n) == _FROM_HERE_ON:
        names[-1] += " or later"
    frame = pd.DataFrame({"check": "response_rate", "by": "invitation_number", "group": names, "estimate": rate})
    frame = frame.assign(conf_low=shares.conf_low, conf_high=shares.conf_high, n=n.astype(int), q_value=q)
    frame["suspicious"] = (frame["q_value"] < false_discoveries) & (frame["estimate"] < rate[0])
    told = [f"{100 * one:.1f} % of {int(size)} were answered" for one, size in zip(rate, n, strict=True)]
    fewer = np.where(frame["suspicious"], ", fewer than of first invitations", "")
    return frame.assign(reason=[one + more for one, more in zip(told, fewer, strict=True)])


def _against_first(
    number: np.ndarray, accounts: np.ndarray, yes: np.ndarray, rate: np.ndarray, n: np.ndarray
) -> np.ndarray:
    """p-value of each number's rate against the first's; missing for the first itself and for few invitations.

    Clustered by account with CR2, against Student's t of the accounts' degrees of freedom, as in `nps_difference`.
    """
    p_values = np.full(len(n), np.nan)
    n_accounts = int(accounts.max()) + 1
    shares = [np.bincount(accounts[number == one], minlength=n_accounts) / n[one] for one in range(len(n))]
    parts = [
        np.bincount(accounts[number == one], (yes[number == one] - rate[one]) / n[one], minlength=n_accounts)
        / np.sqrt(kept_shares(shares[one]))
        for one in range(len(n))
    ]
    for one in range(1, len(n)):
        error = float(np.sqrt(((parts[one] - parts[0]) ** 2).sum()))
        if min(n[one], n[0]) >= _FEW and error > 0:
            degrees = account_degrees(shares[0], shares[one])
            p_values[one] = float(two_sided_p((rate[one] - rate[0]) / error, degrees))
    return p_values
