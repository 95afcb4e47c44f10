"""Comments: one row per answer to an open question, the wording kept, and whether it says anything."""

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import pandas as pd

from nps_insights.survey.ids.identity import content_hashes
from nps_insights.tables import conform, empty, without_marks

# Whole comments, without case, accents and punctuation, that answer the question by not answering it.
_NOTHING = frozenset(
    """
    n a|na|n a n a|none|none at all|nothing|nothing at all|nothing really|nothing to add|nothing to say|
    nothing else|nothing comes to mind|nothing i can think of|nothing that i can think of|cant think of anything|
    no|nope|no comment|no comments|no comment at this time|no reason|no answer|no response|no feedback|
    no suggestions|not applicable|not answered|did not answer|didnt answer|not sure|dont know|i dont know|dk|idk|
    nil|null|nan|blank|empty|test|x|xx|xxx|see above|as above|same as above|
    rien|rien du tout|rien a dire|rien a signaler|rien a ajouter|ras|r a s|neant|aucun|aucune|aucun commentaire|
    sans commentaire|pas de commentaire|pas de commentaires|sans objet|non|nsp|ne sait pas|je ne sais pas|
    nichts|gar nichts|nix|keine|keiner|keine angabe|keine angaben|k a|ka|kein kommentar|keine kommentare|
    keine anmerkung|keine anmerkungen|nein|weiss nicht|weiss ich nicht|entfallt|
    nada|nada que decir|ninguno|ninguna|ningun comentario|sin comentarios|sin comentario|no se|
    niente|nulla|nessuno|nessun commento|non so|niets|geen|geen commentaar|geen opmerkingen|nee|nao|nenhum
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff]")
# Room for the punctuation and spaces that people put around such a phrase.
_LONGEST = max(map(len, _NOTHING)) + 10


def cleaned(texts: pd.Series) -> pd.Series:
    r"""Return texts stripped and without control characters; the wording stays as it is.

    Example:
        >>> cleaned(pd.Series([" good\x07\r\n"])).tolist()
        ['good']
    """
    # One search over all texts is far cheaper than a replacement in each, and most files need none.
    if _CONTROLS.search("".join(texts.tolist())):
        texts = texts.map(lambda text: _CONTROLS.sub("", text.replace("\r\n", "\n")), na_action="ignore").astype("str")
    return texts.str.strip()


def says_nothing(texts: pd.Series) -> pd.Series:
    """Return which comments answer without saying anything: "N/A", "-", "nothing.", "ras", a lone emoji.

    Args:
        texts: Comments.

    Returns:
        bool, same index.

    Example:
        >>> says_nothing(pd.Series(["N/A", "Nothing.", "RAS", "...", "No parking"])).tolist()
        [True, True, True, True, False]
    """
    codes, unique = pd.factorize(texts)
    verdicts = np.array([_is_nothing(str(text)) for text in unique] or [True], dtype=bool)
    return pd.Series(verdicts[codes], index=texts.index)


def _is_nothing(text: str) -> bool:
    if len(text) > _LONGEST and "[" not in text and any(map(str.isalnum, text)):
        return False
    said = without_marks(text)
    plain = said.lower()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", said).casefold()
        plain = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")
    words = re.findall(r"[^\W_]+", plain.replace("'", ""))
    return not words or " ".join(words) in _NOTHING


def comments_table(
    rows: pd.DataFrame,
    comment_columns: tuple[str, ...],
    cells: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the comments and, for each, the row it stands in.

    Args:
        rows: Kept rows: response_id and, where the file has them, question, comment_id, language.
        comment_columns: Columns of the file with comments; where there are several, each is a question.
        cells: All cells of the kept rows, same index: they order comments that are equal in all else.
        labels: Column -> its question, where that is not its name.

    Returns:
        The comments table, and `comment_id`, `row` (index of `rows`) for every comment.

    Example:
        >>> cells = pd.DataFrame({"why": ["quick", ""]}, dtype="str")
        >>> rows = pd.DataFrame({"response_id": ["r1", "r2"]}, dtype="str")
        >>> comments_table(rows, ("why",), cells)[0]
          comment_id response_id   text  says_nothing
        0       r1/1          r1  quick         False
    """
    several = len(comment_columns) > 1
    parts = []
    for position, column in enumerate(comment_columns):
        part = rows.assign(text=cleaned(cells[column]), row=rows.index, column=position)
        if several:
            part["question"] = (labels or {}).get(column, column)
        parts.append(part[part["text"] != ""])
    if not parts or not sum(map(len, parts)):
        return empty("comments"), pd.DataFrame({"comment_id": pd.Series(dtype="str"), "row": pd.Series(dtype="int64")})
    found = pd.concat(parts, ignore_index=True)
    found["comment_id"] = _comment_ids(found, cells, several)
    found["says_nothing"] = says_nothing(found["text"])
    kept = ["comment_id", "response_id", "question", "text", "language", "says_nothing"]
    table = conform("comments", found[[name for name in kept if name in found]])
    return table, found[["comment_id", "row"]]


def _comment_ids(found: pd.DataFrame, cells: pd.DataFrame, several: bool) -> pd.Series:
    keys = [name for name in ("response_id", "question", "text") if name in found]
    order = found[keys].fillna("").astype("str")
    order["tie"] = ""
    alike = order[keys].duplicated(keep=False)
    if alike.any():
        tied = cells.loc[found.loc[alike, "row"].unique()]
        order["tie"] = order["tie"].where(~alike, found["row"].map(content_hashes(tied)))
    if "comment_id" in found:
        order["tie"] += found["comment_id"].fillna("")
    numbers = order.sort_values([*keys, "tie"], kind="stable").groupby("response_id", sort=False).cumcount() + 1
    made = found["response_id"] + "/" + numbers.reindex(found.index).astype("str")
    if "comment_id" not in found:
        return made
    stated = found["comment_id"]
    if several:
        stated = stated + "/" + (found["column"] + 1).astype("str")
    return stated.fillna(made)
