"""Small exports as text, for the tests of the survey room."""

import numpy as np
import pandas as pd

from nps_insights.survey import RawTable


def raw_table(columns: dict[str, list[str]], name: str = "export.csv") -> RawTable:
    frame = pd.DataFrame(columns, dtype="str")
    broken = pd.DataFrame({"row_number": pd.Series(dtype="int64"), "reason": pd.Series(dtype="str")})
    return RawTable(name, frame, np.arange(2, len(frame) + 2), broken)
