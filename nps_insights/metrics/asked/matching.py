"""Who was asked, and what they answered: every invitation beside the answer to it."""

import pandas as pd

from nps_insights.tables import DataRefusedError

_LINKED = "response_id"


def asked_and_answered(invitations: pd.DataFrame, responses: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return each invitation known at `as_of` with the answer to it, if there was one by then.

    Where invitations name the answer (`response_id`), that is the answer. Where none of them does, an answer belongs
    to the latest invitation of the same contact, else of the same account, that was sent by the day of the answer.
    An invitation has one answer at most, the first; an answer is to one invitation at most.

    Args:
        invitations: Table `invitations`; `account_id` or `contact_id` says who was asked.
        responses: Table `responses`; needs `responded_at` where invitations do not name their answer.
        as_of: Moment of knowing: what was sent or answered after it is not read.

    Returns:
        The columns of `invitations`, one row each, sorted by invitation_id, with `account_id` (that of the invitation,
        else the only one its contact is known with), `person` (contact, else account, else the invitation itself),
        `invitation_number` (1 for the first one a person got), `answered` (flag), `answer_id`, `answer_category` and
        `answered_at` (missing where there was no answer).

    Raises:
        DataRefusedError: No invitation was sent by `as_of`, or answers and invitations share nothing to join them by.

    Example:
        >>> invitations = pd.DataFrame({"invitation_id": ["i1", "i2"], "contact_id": ["c1", "c2"]})
        >>> invitations["sent_at"] = pd.Timestamp("2026-03-01")
        >>> responses = pd.DataFrame({"response_id": ["r1"], "contact_id": "c2", "category": "passive"})
        >>> responses["responded_at"] = pd.Timestamp("2026-03-04")
        >>> asked = asked_and_answered(invitations, responses, as_of=pd.Timestamp("2026-04-01"))
        >>> asked[["invitation_id", "answered"]].values.tolist()
        [['i1', False], ['i2', True]]
    """
    moment = pd.Timestamp(as_of)
    sent = invitations[invitations["sent_at"] <= moment].sort_values(["sent_at", "invitation_id"], ignore_index=True)
    if sent.empty:
        raise DataRefusedError(
            f"invitations: none of {len(invitations)} was sent by as_of == {moment.date()}; "
            "give the invitations of the time before it, or a later as_of"
        )
    known = responses
    if "responded_at" in responses.columns:
        known = responses[~(responses["responded_at"] > moment)]
    known = known.sort_values("response_id", ignore_index=True)
    # A column that names no answer says nothing where there are answers, and all where there are none.
    names_answers = _LINKED in sent.columns and (sent[_LINKED].notna().any() or known.empty)
    answer = _named(sent, known) if names_answers else _matched(sent, known)
    asked = sent.assign(account_id=_accounts(sent, known), person=_persons(sent))
    asked["invitation_number"] = asked.groupby("person").cumcount() + 1
    answers = known.set_index("response_id")
    asked["answer_id"], asked["answered"] = answer, answer.notna()
    asked["answer_category"] = answer.map(answers["category"])
    asked["answered_at"] = _dates(answer, answers)
    return asked.sort_values("invitation_id", ignore_index=True)


def asked_again(asked: pd.DataFrame, repeat_days: int) -> pd.Series:
    """Return whether each invitation came within `repeat_days` after another one to the same person.

    Example:
        >>> dates = pd.to_datetime(["2026-01-01", "2026-03-31", "2026-06-30"])
        >>> asked = pd.DataFrame({"person": "a", "invitation_number": [1, 2, 3], "sent_at": dates})
        >>> asked_again(asked, 90).tolist()
        [False, True, False]
    """
    ordered = asked.sort_values(["person", "invitation_number"])
    days = ordered["sent_at"].dt.normalize()
    return (days - days.groupby(ordered["person"]).shift() < pd.Timedelta(days=repeat_days)).reindex(asked.index)


def last_date(invitations: pd.DataFrame, responses: pd.DataFrame) -> pd.Timestamp:
    """Return the last date on which somebody was asked or answered.

    Example:
        >>> invitations = pd.DataFrame({"sent_at": pd.to_datetime(["2026-03-01"])})
        >>> last_date(invitations, pd.DataFrame({"category": ["passive"]})).date().isoformat()
        '2026-03-01'
    """
    last = invitations["sent_at"].max()
    if "responded_at" not in responses.columns or responses["responded_at"].isna().all():
        return last
    return max(last, responses["responded_at"].max())


def _dates(answer: pd.Series, answers: pd.DataFrame) -> pd.Series:
    if "responded_at" not in answers.columns:
        return pd.Series(pd.NaT, index=answer.index, dtype="datetime64[us]")
    return answers["responded_at"].astype("datetime64[us]").reindex(answer).set_axis(answer.index)


def _named(sent: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """The answer that each invitation names, where that answer is there; the first of several that name it has it."""
    answer = sent[_LINKED].where(sent[_LINKED].isin(known["response_id"]))
    return answer.mask(answer.duplicated())


def _matched(sent: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """The answer to each invitation by whom and when; contacts first, then accounts where a side names no contact."""
    keys = [key for key in ("contact_id", "account_id") if key in sent.columns and key in known.columns]
    if not keys or "responded_at" not in known.columns:
        raise DataRefusedError(
            "invitations: nothing says which answer belongs to which invitation; give response_id in the invitations, "
            "or contact_id or account_id in both tables and responded_at in the responses"
        )
    answer = pd.Series(None, index=sent.index, dtype="str")
    nobody_asked, nobody_answered = _no_contact(sent), _no_contact(known)
    passes = [("contact_id", ~nobody_asked, ~nobody_answered)] if "contact_id" in keys else []
    if "account_id" in keys:
        # A contact who was asked is not answered for by another contact of the account.
        everybody = pd.Series(True, index=sent.index)
        passes += [("account_id", everybody, nobody_answered), ("account_id", nobody_asked, ~nobody_answered)]
    for key, asked, answering in passes:
        free = known[answering & ~known["response_id"].isin(answer)]
        answer = answer.fillna(_nearest(sent[asked & answer.isna()], free, key).reindex(sent.index))
    return answer


def _no_contact(rows: pd.DataFrame) -> pd.Series:
    return rows["contact_id"].isna() if "contact_id" in rows.columns else pd.Series(True, index=rows.index)


def _nearest(sent: pd.DataFrame, known: pd.DataFrame, key: str) -> pd.Series:
    """By row of `sent`: the first answer for which it is the latest invitation of the same `key` before it."""
    same = [key]
    # Two surveys that run side by side do not take each other's answers.
    if all("survey" in side.columns and side["survey"].notna().all() for side in (sent, known)):
        same.append("survey")
    # An export of days puts the invitation's hour after the midnight of an answer of the same day.
    left = known.assign(day=known["responded_at"].astype("datetime64[us]").dt.normalize())
    left = left[left["day"].notna() & left[key].notna()].sort_values(["responded_at", "response_id"])
    right = sent.assign(day=sent["sent_at"].astype("datetime64[us]").dt.normalize(), place=sent.index)
    right = right[right[key].notna()].sort_values(["sent_at", "invitation_id"])
    if left.empty or right.empty:
        return pd.Series(dtype="str")
    found = pd.merge_asof(left[["response_id", "day", *same]], right[["place", "day", *same]], on="day", by=same)
    return found.dropna(subset="place").drop_duplicates("place").set_index("place")["response_id"]


def _persons(sent: pd.DataFrame) -> pd.Series:
    """Contact, else account, else the invitation itself; a prefix keeps a contact apart from an account."""
    person = "invitation\0" + sent["invitation_id"].astype("str")
    for key in ("account_id", "contact_id"):
        if key in sent.columns:
            person = (key + "\0" + sent[key].astype("str")).fillna(person)
    return person


def _accounts(sent: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """The account that an invitation names, else the only one with which its contact stands in either table."""
    account = (
        sent["account_id"].astype("str") if "account_id" in sent.columns else pd.Series(index=sent.index, dtype="str")
    )
    if "contact_id" not in sent.columns:
        return account
    pairs = [
        side[["contact_id", "account_id"]].dropna() for side in (sent, known) if {"contact_id", "account_id"} <= {*side}
    ]
    if not pairs:
        return account
    known_with = pd.concat(pairs).drop_duplicates().drop_duplicates("contact_id", keep=False)
    return account.fillna(sent["contact_id"].map(known_with.set_index("contact_id")["account_id"]).astype("str"))
