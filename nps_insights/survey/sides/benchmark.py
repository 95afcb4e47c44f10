"""Benchmark: read the ranges that the user holds the own figures against; the product ships none."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import BENCHMARK_FIELDS, plain_name
from nps_insights.survey.sides.field_columns import field_columns
from nps_insights.survey.sides.side_tables import SideAdmission, side_admission, take_out_repeated
from nps_insights.survey.values.numbers import is_missing, parse_numbers

METRICS = ("nps", "csat", "ces")
_EVERYBODY = ("", "all", "overall", "total", "alle", "gesamt", "tous", "ensemble", "todos")


def admit_benchmark(
    raw: RawTable, settings: object = None, *, columns: Mapping[str, str] | None = None
) -> SideAdmission:
    """Turn a list of ranges into table `benchmark`; columns that are no field are left out.

    A row without group, or of "all", is of everybody. A range that names no source is refused: a figure of which
    nobody knows where it is from is worse than none.

    Args:
        raw: The file as read.
        settings: Not used; all files beside the survey are admitted in one way.
        columns: Field (metric, group, low, high, source) -> column, where the names do not tell.

    Returns:
        The table, what was refused and why. It does not depend on the order of the rows.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: There is no metric, low, high or source, a number can be read in two ways, or nothing is
            left.

    Example:
        >>> import numpy as np
        >>> cells = {"Metric": ["NPS"], "Low": ["15"], "High": ["45"], "Source": ["own surveys"]}
        >>> raw = RawTable("benchmark.csv", pd.DataFrame(cells, dtype="str"), np.array([2]), pd.DataFrame())
        >>> admit_benchmark(raw).table
          metric group   low  high       source
        0    nps        15.0  45.0  own surveys
    """
    required = ("metric", "low", "high", "source")
    found, notes = field_columns(raw, columns or {}, BENCHMARK_FIELDS, required=required, option="benchmark_columns")
    ledger = Ledger(raw)
    frame = raw.frame.apply(lambda cells: cells.str.strip())
    ledger.take_out((frame == "").all(axis="columns"), "filtered", "the row is blank")
    texts, source = frame[found["metric"]], frame[found["source"]]
    metric = texts.map({text: _metric(text) for text in texts.unique()})
    ledger.quarantine(~metric.isin(METRICS), "metric", f"is none of {', '.join(METRICS)}", texts)
    ledger.quarantine(source == "", "source", "is blank: say where the range is from", None)
    ends = {name: _end(frame[found[name]], name, found[name], ledger) for name in ("low", "high")}
    ledger.quarantine(ends["low"] > ends["high"], "low", "is above high", frame[found["low"]])
    for name, values in ends.items():
        impossible = (metric == "nps") & (values.abs() > 100)
        ledger.quarantine(impossible, name, "is no NPS, which lies in -100 to 100", frame[found[name]])
    group = frame[found["group"]] if "group" in found else pd.Series("", index=frame.index, dtype="str")
    group = group.mask(group.str.lower().isin(_EVERYBODY), "")
    table = pd.DataFrame({"metric": metric, "group": group, **ends, "source": source})
    take_out_repeated(ledger, frame, table[["metric", "group", "source"]], "this metric, group and source")
    return side_admission("benchmark", table, ledger, found, notes)


def _metric(text: str) -> str:
    plain = plain_name(text)
    return "nps" if plain == "net promoter score" else plain


def _end(texts: pd.Series, name: str, column: str, ledger: Ledger) -> pd.Series:
    values = parse_numbers(texts, column)
    ledger.quarantine(is_missing(texts), name, "is blank", None)
    ledger.quarantine(values.isna(), name, "is not a number", texts)
    return values
