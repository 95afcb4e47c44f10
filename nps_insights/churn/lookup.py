"""Find ids among others: columns of millions of texts, where Python objects would take most of the time."""

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError


def places(known: pd.Series, wanted: pd.Series, *, table: str) -> np.ndarray:
    """Return where each wanted id stands among the known ones, (n_wanted,); -1 where it does not, or is missing.

    Args:
        known: Ids, each once.
        wanted: Ids to look up.
        table: Table of the known ids, for the message.

    Raises:
        DataRefusedError: A known id stands there more than once.

    Example:
        >>> places(pd.Series(["a", "b"]), pd.Series(["b", "x", None]), table="accounts").tolist()
        [1, -1, -1]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    own, sought = (pa.array(ids.astype("str"), type=pa.large_string(), from_pandas=True) for ids in (known, wanted))
    if pc.count_distinct(own, mode="all").as_py() < len(own):
        twice = known[known.duplicated()].iloc[0]
        raise DataRefusedError(f"{table}: {known.name} {twice!r} stands there more than once; give one row each.")
    found = pc.fill_null(pc.index_in(sought, value_set=own, skip_nulls=True), -1)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)
