"""How far the discovered themes agree with codes that people already gave."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nps_insights.tables import conform, empty


@dataclass(frozen=True)
class Agreement:
    """Codes and the themes that match them best.

    Attributes:
        table: Table `agreement`, one row per code.
        micro_f1: F1 over all codes together, each code standing for its best theme; NaN without a common comment.
            The match is chosen on the same comments, so it is an upper bound.
        n_comments: Comments that carry a code and hold a segment; everything is counted on these.
    """

    table: pd.DataFrame
    micro_f1: float
    n_comments: int


def code_agreement(
    codes: pd.DataFrame, mentions: pd.DataFrame, segments: pd.DataFrame, themes: pd.DataFrame
) -> Agreement:
    """Return for each code the theme or top theme with the highest F1 over comments.

    A comment mentions a theme where one of its segments does, and a top theme where it mentions one of its themes.
    precision = share of the theme's comments that carry the code, recall = share of the code's comments that mention
    the theme, f1 = their harmonic mean. Ties go to the smaller theme id.

    Args:
        codes: Table `codes`.
        mentions: Table `mentions`.
        segments: Table `segments`.
        themes: Table `themes`.

    Example:
        >>> segments = pd.DataFrame({"segment_id": ["c1#1", "c2#1"], "comment_id": ["c1", "c2"]})
        >>> mentions = pd.DataFrame({"segment_id": ["c1#1", "c2#1"], "theme_id": ["t01", "t02"]})
        >>> themes = pd.DataFrame({"theme_id": ["t01", "t02"], "label": ["price", "staff"]})
        >>> codes = pd.DataFrame({"comment_id": ["c1", "c2"], "code": ["cost", "people"]})
        >>> code_agreement(codes, mentions, segments, themes).table[["code", "label", "f1"]].values.tolist()
        [['cost', 'price', 1.0], ['people', 'staff', 1.0]]
    """
    common = sorted(set(codes["comment_id"]) & set(segments["comment_id"]))
    code_names, theme_ids = sorted(set(codes["code"])), sorted(themes["theme_id"])
    if not code_names:
        return Agreement(empty("agreement"), float("nan"), len(common))
    coded = _incidence(codes, "code", common, code_names)
    mentioned = _incidence(_by_comment(mentions, segments, themes), "theme_id", common, theme_ids)
    both = np.asarray((coded.T @ mentioned).todense()).reshape(len(code_names), len(theme_ids))
    n_code, n_theme = _totals(coded), _totals(mentioned)
    sums = n_code[:, None] + n_theme[None, :]
    f1 = np.divide(2 * both, sums, out=np.zeros(both.shape), where=sums > 0)
    best = f1.argmax(axis=1) if theme_ids else np.zeros(len(code_names), dtype=int)
    rows = np.arange(len(code_names))
    hits = both[rows, best] if theme_ids else np.zeros(len(code_names))
    sizes = n_theme[best] if theme_ids else np.zeros(len(code_names))
    label = themes.set_index("theme_id")["label"]
    matched = [theme_ids[one] if hit else None for one, hit in zip(best, hits, strict=True)]
    table = pd.DataFrame(
        {
            "code": code_names,
            "n_code": n_code,
            "theme_id": pd.Series(matched, dtype="str"),
            "label": pd.Series([label.get(one) for one in matched], dtype="str"),
            "n_theme": np.where(hits > 0, sizes, 0),
            "n_both": hits,
            "precision": _share(hits, np.where(hits > 0, sizes, 0)),
            "recall": _share(hits, n_code),
            "f1": np.where(n_code > 0, _share(2 * hits, n_code + sizes), np.nan),
        }
    )
    total = (n_code + sizes).sum()
    return Agreement(conform("agreement", table), float(2 * hits.sum() / total) if total else float("nan"), len(common))


def _by_comment(mentions: pd.DataFrame, segments: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    found = mentions[["segment_id", "theme_id"]].merge(segments[["segment_id", "comment_id"]], on="segment_id")
    if "parent_id" not in themes.columns:
        return found
    parent = themes.set_index("theme_id")["parent_id"].dropna()
    tops = found.assign(theme_id=found["theme_id"].map(parent)).dropna(subset=["theme_id"])
    return pd.concat([found, tops], ignore_index=True)


def _incidence(frame: pd.DataFrame, column: str, comments: list[str], names: list[str]) -> Any:
    """Sparse 0/1 matrix (comments, names)."""
    from scipy.sparse import csr_array

    pairs = frame[["comment_id", column]].drop_duplicates()
    rows = pd.Index(comments).get_indexer(pairs["comment_id"])
    columns = pd.Index(names).get_indexer(pairs[column])
    known = (rows >= 0) & (columns >= 0)
    return csr_array(
        (np.ones(known.sum(), dtype=np.int64), (rows[known], columns[known])),
        shape=(len(comments), len(names)),
    )


def _totals(incidence: Any) -> np.ndarray:
    return np.asarray(incidence.sum(axis=0)).ravel().astype(np.int64)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
