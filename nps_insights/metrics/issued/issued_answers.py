"""Which answers an issue knew: what tells late answers from other reasons why a figure is another one today."""

import pandas as pd

from nps_insights.tables import ATTRIBUTE_PREFIX, TABLES, DataRefusedError, conform, empty

_OF_THE_ROW = ("published_at", "gone")


def issue_answers(
    issued: pd.DataFrame | None,
    responses: pd.DataFrame,
    *,
    published_at: pd.Timestamp,
    columns: list[str] | None = None,
) -> pd.DataFrame:
    """Return the table of issued answers with what is new at this issue: append only, and nothing twice.

    An answer is added when an issue first holds it, again when it differs, and as `gone` when it is no longer there.
    An issue of answers that all stand there already adds nothing.

    Args:
        issued: Table `issued_answers` so far; None before the first issue.
        responses: Table `responses` as this issue used it.
        published_at: Moment of the issue; not before the last one.
        columns: Columns to keep beside response_id; category, score, scale and date with the columns that groups are
            formed by are enough. All of the responses' columns if not given.

    Raises:
        DataRefusedError: The table holds a later issue already.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1"], "category": ["passive"]})
        >>> first = issue_answers(None, responses, published_at=pd.Timestamp("2026-04-05"))
        >>> more = pd.concat([responses, responses.assign(response_id="r2")])
        >>> second = issue_answers(first, more, published_at=pd.Timestamp("2026-05-05"))
        >>> second[["response_id", "published_at"]].astype("str").values.tolist()
        [['r1', '2026-04-05'], ['r2', '2026-05-05']]
    """
    moment = pd.Timestamp(published_at)
    so_far = empty("issued_answers") if issued is None else conform("issued_answers", issued)
    if len(so_far) and so_far["published_at"].max() > moment:
        raise DataRefusedError(
            f"published_at == {moment}: the issued answers already hold an issue of {so_far['published_at'].max()}; "
            "an issue is appended, never put between others"
        )
    known = {column.name for column in TABLES["issued_answers"].columns}
    kept = [name for name in responses.columns if name in known or name.startswith(ATTRIBUTE_PREFIX)]
    if columns is not None:
        kept = ["response_id", *[name for name in kept if name in columns]]
    now = conform("issued_answers", responses[kept].assign(published_at=moment, gone=False))
    then = answers_at(so_far, moment)
    # The same moment again is the same issue: what it holds already stands.
    held = so_far.loc[so_far["published_at"] == moment, "response_id"]
    fresh = now[~now["response_id"].isin(_unchanged(then, now))]
    gone = then[~then["response_id"].isin(now["response_id"])].assign(published_at=moment, gone=True)
    added = [part for part in (fresh, gone) if len(part)]
    if not added:
        return so_far
    contradicted = pd.concat(added)["response_id"].isin(held)
    if contradicted.any():
        raise DataRefusedError(
            f"published_at == {moment}: this issue was made already, with other values for {int(contradicted.sum())} "
            "answers; give the moment of this issue"
        )
    parts = [part for part in (so_far, *added) if len(part)]
    return conform("issued_answers", pd.concat(parts, ignore_index=True))


def answers_at(issued: pd.DataFrame, published_at: pd.Timestamp) -> pd.DataFrame:
    """Return the answers as the issue of a moment knew them, sorted by response_id.

    Example:
        >>> rows = {"response_id": ["r1", "r1"], "published_at": pd.to_datetime(["2026-04-05", "2026-05-05"])}
        >>> issued = pd.DataFrame(rows).assign(gone=[False, True], category="passive")
        >>> len(answers_at(issued, pd.Timestamp("2026-04-30"))), len(answers_at(issued, pd.Timestamp("2026-05-05")))
        (1, 0)
    """
    past = issued[issued["published_at"] <= pd.Timestamp(published_at)].sort_values(["response_id", "published_at"])
    last = past.drop_duplicates("response_id", keep="last")
    return last[~last["gone"].astype(bool)].drop(columns=list(_OF_THE_ROW)).reset_index(drop=True)


def _unchanged(then: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    """Ids of the answers that are now what they were, column by column."""
    columns = [name for name in now.columns if name not in _OF_THE_ROW and name != "response_id"]
    both = now[now["response_id"].isin(then["response_id"])].set_index("response_id")
    old = then.set_index("response_id").reindex(both.index)
    same = pd.Series(True, index=both.index)
    for name in columns:
        was = old[name] if name in old.columns else pd.Series(pd.NA, index=both.index, dtype="object")
        equal = (both[name].astype("object") == was.astype("object")).fillna(False).astype(bool)
        same &= equal | (both[name].isna() & was.isna())
    return same.index[same].to_series()
