"""Who answered: ids as they are, hashes where there are none, and rows that are one response."""

import hashlib
from collections.abc import Sequence

import pandas as pd

from nps_insights.survey.ledger import Ledger

_HASH_LENGTH = 16


def content_hashes(rows: pd.DataFrame) -> pd.Series:
    """Return a hash of each row's cells, whatever the order of rows and columns.

    Args:
        rows: Cells as text.

    Returns:
        The first 16 hex digits of sha256 over the names and cells, columns by name; same index.

    Example:
        >>> content_hashes(pd.DataFrame({"score": ["9", "9"]}, dtype="str")).nunique()
        1
    """
    names = sorted(rows.columns)
    prefix = hashlib.sha256("\x1f".join(names).encode("utf-8"))
    hashes = []
    for cells in zip(*(rows[name].tolist() for name in names), strict=True):
        digest = prefix.copy()
        # Lengths keep ("a", "bc") and ("ab", "c") apart.
        digest.update("".join(f"{len(cell)}:{cell}" for cell in cells).encode("utf-8"))
        hashes.append(digest.hexdigest()[:_HASH_LENGTH])
    return pd.Series(hashes, index=rows.index, dtype="str")


def response_ids(frame: pd.DataFrame, column: str | None, open_rows: pd.Series) -> pd.Series:
    """Return the id of each row's response: the stated one, else content hash and occurrence number.

    Args:
        frame: The cells as read.
        column: Column of stated ids; None if there is none.
        open_rows: Rows that are still in; only they are numbered.

    Returns:
        Ids, same index; "" for blank ids of rows that are out.

    Example:
        >>> frame = pd.DataFrame({"score": ["9", "9"]}, dtype="str")
        >>> response_ids(frame, None, pd.Series([True, True])).str[-2:].tolist()
        ['-1', '-2']
    """
    stated = frame[column].str.strip() if column else pd.Series("", index=frame.index, dtype="str")
    unnamed = (stated == "") & open_rows
    if not unnamed.any():
        return stated
    hashes = content_hashes(frame[unnamed])
    numbers = hashes.groupby(hashes, sort=False).cumcount() + 1
    made = hashes + "-" + numbers.astype("str")
    return stated.where(~unnamed, made.reindex(frame.index))


def take_out_duplicates(ledger: Ledger, column: str | None) -> None:
    """Count rows that repeat another one in every cell, id included, as duplicates; one of them stays.

    Without a stated id two equal rows are two responses.

    Args:
        ledger: Books of the file; changed.
        column: Column of stated ids.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.files.read import RawTable
        >>> frame = pd.DataFrame({"id": ["r1", "r1"], "score": ["9", "9"]}, dtype="str")
        >>> ledger = Ledger(RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame()))
        >>> take_out_duplicates(ledger, "id")
        >>> ledger.counts()["duplicate"]
        1
    """
    if column is None:
        return
    frame = ledger.raw.frame
    stated = frame[column].str.strip()
    # Only rows that share an id can repeat each other; comparing all cells of all rows is slow.
    rows = frame[(stated != "") & ledger.open & stated.duplicated(keep=False)]
    # The first in the file stays, however the rows are ordered here: the quarantine may name it later.
    rows = rows.iloc[ledger.raw.row_numbers[rows.index.to_numpy()].argsort()]
    again = rows.apply(lambda cells: cells.str.strip()).duplicated() if len(rows) else pd.Series(dtype=bool)
    repeated = again.reindex(frame.index, fill_value=False).astype(bool)
    ledger.take_out(repeated, "duplicate", "repeats another row in every cell")


def quarantine_disputed(ledger: Ledger, ids: pd.Series, scored: pd.DataFrame) -> None:
    """Refuse all rows of a response_id that states more than one score.

    Args:
        ledger: Books of the file; changed.
        ids: response_id of every row.
        scored: score, low and high of every row.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.files.read import RawTable
        >>> frame = pd.DataFrame({"id": ["r1", "r1"], "score": ["9", "3"]}, dtype="str")
        >>> ledger = Ledger(RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame()))
        >>> scored = pd.DataFrame({"score": [9.0, 3.0], "low": 0.0, "high": 10.0})
        >>> quarantine_disputed(ledger, frame["id"], scored)
        >>> ledger.quarantined_rows()["reason"].tolist()[0]
        "response_id 'r1' has scores 3 and 9"
    """
    shared = ledger.open & ids.where(ledger.open).duplicated(keep=False)
    if not shared.any():
        return
    answers = scored.loc[shared, ["score", "low", "high"]].assign(id=ids[shared]).drop_duplicates()
    disputed = answers[answers["id"].duplicated(keep=False)].sort_values(["id", "score", "low"])
    if disputed.empty:
        return
    listed = disputed.groupby("id")["score"].agg(lambda found: " and ".join(f"{value:g}" for value in found))
    reasons = pd.Series({key: f"response_id {key!r} has scores {text}" for key, text in listed.items()}, dtype="str")
    where = shared & ids.isin(listed.index)
    ledger.quarantine(where, "score", ids.map(reasons).fillna(""), ids)


def one_per_response(rows: pd.DataFrame, fields: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return one row per response_id; a field in which its rows differ is left empty, counted and told.

    Args:
        rows: Kept rows with response_id and `fields`; missing values are missing, not "".
        fields: Columns that belong to the response.

    Returns:
        The responses, sorted by response_id, and the notes.

    Example:
        >>> rows = pd.DataFrame({"response_id": ["r1", "r1"], "channel": ["web", "phone"], "touchpoint": ["a", None]})
        >>> one_per_response(rows, ["channel", "touchpoint"])[1]
        ["channel: the rows of 1 response differ in it, so it is left empty there (first: response_id 'r1')"]
    """
    rows = rows[["response_id", *fields]]
    shared = rows["response_id"].duplicated(keep=False)
    single = rows[~shared]
    if not shared.any():
        return single.sort_values("response_id", ignore_index=True), []
    notes, columns = [], {}
    grouped = rows[shared].groupby("response_id", sort=True)
    for name in fields:
        n_values = grouped[name].nunique()
        differs = n_values > 1
        columns[name] = grouped[name].first().mask(differs)
        if differs.any():
            n_differ = int(differs.sum())
            notes.append(
                f"{name}: the rows of {n_differ:,} response{'s' if n_differ > 1 else ''} differ in it, so it is left "
                f"empty there (first: response_id {differs.index[differs][0]!r})"
            )
    merged = pd.DataFrame(columns).rename_axis("response_id").reset_index()
    both = pd.concat([single, merged.astype(single.dtypes)], ignore_index=True)
    return both.sort_values("response_id", ignore_index=True), notes
