"""Replay what analysts decided on a fitted theme model: a pure function that reports every edit it could not do."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd

from nps_insights.tables import conform, empty
from nps_insights.themes.curation.apply import Bench, Outcome, apply_edit, seed_theme
from nps_insights.themes.curation.edits import Edit, Edits, Pin, Seed, Split, edit_mark, entries, given_words
from nps_insights.themes.curation.prototypes import copy_of
from nps_insights.themes.curation.relabel import relabel
from nps_insights.themes.curation.report import EditReport
from nps_insights.themes.curation.said import said_in
from nps_insights.themes.model import ThemeModel

Encode = Callable[[Sequence[str]], np.ndarray]

_DONE_BEFORE = "the model it started from holds it already"


def replay_edits(
    model: ThemeModel,
    edits: Edits,
    segments: pd.DataFrame,
    vectors: np.ndarray,
    encode: Encode,
    *,
    ignore: Sequence[str] = (),
    agreed: Collection[str] = (),
    random_state: int = 0,
) -> tuple[ThemeModel, EditReport]:
    """Return a copy of a fitted model with the edits done, and what became of each of them.

    - rename changes a label, owner the department; nothing moves.
    - merge gives all prototypes to one theme: its mentions are those of the parts, nothing else moves.
    - split cuts the theme's texts by Ward's criterion, or by the nearest of the stated parts; the theme is replaced by
      its parts `t02a`, `t02b`, the largest first or in the stated order. Texts at its border may go to a neighbour.
    - delete keeps the prototypes without a theme: what was nearest to them fits nowhere.
    - pin makes phrases prototypes of a theme, so that these very texts belong to it.
    - seed makes a theme of its name and examples; where it coincides with a found one it takes that over.

    An edit that cannot be done is a row of the report, never an error and never dropped. A replay on a model that has
    been through it changes nothing more.

    Args:
        model: A fitted model; it is not changed.
        edits: As `check_edits` or `read_edits` returns them.
        segments: The segments of the fit: segment_id, response_id, text.
        vectors: Their unit vectors, float32 of shape (n, d), row for row.
        encode: From texts to unit vectors (n, d), the encoder that made `vectors`.
        ignore: Words that may not name a theme, such as the company's own name.
        agreed: Ids of the edited fit that this one goes on from: a merge that names no `keep` keeps such an id, where
            it has one, and otherwise that of the largest theme.
        random_state: Seed of the splits.

    Example:
        >>> from nps_insights.themes.curation.checked_edits import check_edits
        >>> said = [f"queue {n}" for n in range(20)] + [f"nurse {n}" for n in range(20)]
        >>> segments = pd.DataFrame({"segment_id": said, "response_id": said, "text": said})
        >>> encode = lambda texts: np.array([[1, 0] if "queue" in text else [0, 1] for text in texts], np.float32)
        >>> model = ThemeModel(n_themes=2).fit(segments, encode(said))
        >>> edits = check_edits({"edit": [{"kind": "rename", "theme": "t01", "label": "Waiting"},
        ...                               {"kind": "delete", "theme": "t40"}]})
        >>> edited, report = replay_edits(model, edits, segments, encode(said), encode)
        >>> edited.labels_["t01"], report.table["status"].tolist()
        ('Waiting', ['applied', 'not_applied'])
        >>> print(report.notes[1])
        edit 2 (delete t40) was not applied: no theme has the id or label 't40'.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        bench = Bench(
            model=copy_of(model),
            said=said_in(segments, vectors),
            rows=vectors,
            vectors=_encoded(edits, encode),
            moved=_moved(model),
            random_state=random_state,
            agreed=agreed,
        )
        ended = _ended(model)
        rows = []
        for position, (place, entry) in enumerate(entries(edits), 1):
            given = given_words(entry)
            outcome = _applied(bench, entry, ended)
            kind = "seed" if isinstance(entry, Seed) else entry.kind
            rows.append((position, place, kind, given, outcome.status, outcome.why or None))
        relabel(bench.model, bench.said, bench.touched, bench.stated, ignore=ignore)
    names = ["position", "entry", "kind", "given", "status", "why"]
    table = conform("theme_edits", pd.DataFrame(rows, columns=names)) if rows else empty("theme_edits")
    return bench.model, EditReport(table)


def _applied(bench: Bench, entry: Seed | Edit, ended: set[str]) -> Outcome:
    mark = edit_mark(entry)
    if any(row.get("edit") == mark for row in bench.model.lineage_):
        return Outcome("applied", _DONE_BEFORE)
    outcome = seed_theme(bench, entry, mark) if isinstance(entry, Seed) else apply_edit(bench, entry, mark)
    if outcome.status == "not_applied" and getattr(entry, "theme", None) in ended:
        return Outcome("applied", _DONE_BEFORE)
    return outcome


def _ended(model: ThemeModel) -> set[str]:
    """Themes that edits which the model holds already deleted or split."""
    ended = {"gone": "theme_id", "split_from": "previous_theme_id"}
    return {row[ended[row["relation"]]] for row in model.lineage_ if row.get("edit") and row["relation"] in ended}


def _moved(model: ThemeModel) -> dict[str, str]:
    """Where themes went by edits that the model holds already."""
    return {
        row["previous_theme_id"]: row["theme_id"]
        for row in model.lineage_
        if row.get("edit") and row["relation"] == "merged_from"
    }


def _encoded(edits: Edits, encode: Encode) -> dict[str, np.ndarray]:
    """The vector of each text that an entry holds, all encoded at once."""
    texts: set[str] = set()
    for _, entry in entries(edits):
        if isinstance(entry, Seed):
            texts |= {entry.name, *entry.examples}
            continue
        texts |= {was.keywords for was in entry.was.values() if was.keywords}
        if isinstance(entry, Pin):
            texts |= {entry.theme, *entry.phrases}
        if isinstance(entry, Split):
            texts |= {text for part in entry.parts or () for text in (part.label, *part.phrases)}
    ordered = sorted(texts)
    return dict(zip(ordered, np.asarray(encode(ordered), dtype=np.float32), strict=True)) if ordered else {}
