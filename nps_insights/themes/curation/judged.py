"""A sheet that a person has filled in: read, with every row that cannot be used named."""

import re
from difflib import get_close_matches

import pandas as pd

from nps_insights.tables import DataRefusedError
from nps_insights.themes.curation.sheet import CORRECT, MISSED, NOWHERE, SHEET_COLUMNS

_YES = frozenset(["y", "yes", "1", "1.0", "true", "x", "j", "ja", "o", "oui"])
_NO = frozenset(["n", "no", "0", "0.0", "false", "nein", "non"])
_SEPARATED = re.compile(r"[;\n]")
_SHOWN = 5


def read_judgements(sheet: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Return what a filled sheet says, one row of it each.

    Args:
        sheet: As `sample_sheet` made it, with `correct` filled in (y or n) and, where a segment speaks of themes that
            it was not given, `missed` (their labels or ids, with semicolons). Texts as a file holds them. For a row
            without a theme ("(none)"), y means that indeed no theme of the list fits.
        themes: theme_id and label of the themes, as `theme_list` returns them.

    Returns:
        theme_id ("(none)" for a segment without one), correct (bool), missed (list of theme ids), weight, n_offered,
        stratum.

    Raises:
        DataRefusedError: Columns are missing, rows are not filled in, or what they say contradicts itself; the message
            counts them and names the first. Nothing of the sheet is lost: fill in what is missing and read it again.

    Example:
        >>> themes = pd.DataFrame({"theme_id": ["t01", "t02"], "label": ["Delay", "Price"]})
        >>> sheet = pd.DataFrame({"row": ["1"], "segment": "", "comment": "", "theme": "Delay", "also_in": "",
        ...                       "correct": "Y", "missed": "price", "theme_id": "t01", "segment_id": "s1",
        ...                       "stratum": "t01", "weight": "2.0", "n_offered": "1"})
        >>> read_judgements(sheet, themes)[["theme_id", "correct", "missed"]].values.tolist()
        [['t01', True, ['t02']]]
    """
    absent = [one for one in SHEET_COLUMNS if one not in sheet.columns and one not in ("segment", "comment")]
    if absent:
        raise DataRefusedError(
            f"sheet: columns {', '.join(absent)} are missing; check a sheet that `nps-insights themes sample` wrote, "
            "and fill in only its columns correct and missed"
        )
    known = _known(themes)
    rows = sheet.astype("object").where(sheet.notna(), "").astype(str)
    answers = rows[CORRECT].str.strip().str.lower()
    problems = _unfilled(rows, answers)
    named = [_named(text) for text in rows[MISSED]]
    for number, row in enumerate(rows.to_dict("records")):
        problems += _row_problems(row, answers.iloc[number], named[number], known)
    if problems:
        more = f"\n  - ... and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        shown = "".join(f"\n  - {problem}" for problem in problems[:_SHOWN])
        raise DataRefusedError(
            f"sheet: not everything can be read; nothing is lost, mend it and check again:{shown}{more}"
        )
    return pd.DataFrame(
        {
            "theme_id": rows["theme_id"],
            "correct": answers.isin(_YES),
            "missed": [[known[one.casefold()] for one in ones] for ones in named],
            "weight": rows["weight"].astype(float),
            "n_offered": rows["n_offered"].astype(float).astype(int),
            "stratum": rows["stratum"],
        }
    )


def _known(themes: pd.DataFrame) -> dict[str, str]:
    """Theme id by label and by id, in small letters; a label with a quote before it, as sheets show some."""
    ids = themes["theme_id"].tolist()
    labels = [label.strip().casefold() for label in themes["label"]]
    quoted = {f"'{label}": one for label, one in zip(labels, ids, strict=True)}
    return quoted | dict(zip(labels, ids, strict=True)) | {one.casefold(): one for one in ids}


def _unfilled(rows: pd.DataFrame, answers: pd.Series) -> list[str]:
    empty = rows.loc[answers == "", "row"]
    if empty.empty:
        return []
    return [
        f"{len(empty):,} of {len(rows):,} rows have no answer in column {CORRECT} (first: row {empty.iloc[0]}); "
        "write y or n in each"
    ]


def _row_problems(row: dict[str, str], answer: str, named: list[str], known: dict[str, str]) -> list[str]:
    place, offered = f"row {row['row']}", row["theme_id"]
    problems = []
    if answer and answer not in _YES | _NO:
        problems.append(f"{place}: {CORRECT} == {row[CORRECT]!r}, must be y or n")
    for one in named:
        if one.casefold() not in known:
            near = get_close_matches(one.casefold(), known, n=1, cutoff=0.5)
            advice = f"did you mean {near[0]!r}?" if near else "use a label of the list of themes"
            problems.append(f"{place}: {MISSED} names {one!r}, which is no theme; {advice}")
        elif known[one.casefold()] == offered:
            problems.append(f"{place}: {MISSED} names the theme that was offered; {CORRECT} says whether it fits")
    if offered == NOWHERE and answer in _YES and named:
        problems.append(f"{place}: says that no theme fits (y), yet names one under {MISSED}")
    if offered == NOWHERE and answer in _NO and not named:
        problems.append(f"{place}: says that a theme fits (n), but names none under {MISSED}")
    return problems


def _named(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in _SEPARATED.split(text) if part.strip()))
