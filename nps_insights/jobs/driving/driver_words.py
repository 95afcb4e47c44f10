"""What `nps-insights drivers` prints: the main drivers, where they differ, why it moved, what if, and who moved."""

from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from nps_insights.drivers.change.between import PERIOD
from nps_insights.drivers.change.change_parts import NOT_TAKEN_APART
from nps_insights.jobs.driver_report import ReportRun, summary
from nps_insights.jobs.notes import noted
from nps_insights.report import words
from nps_insights.report.inputs import report_tables, top_themes
from nps_insights.report.rows.driver_rows import CLEAR_Q, Driver, costing, drivers_of, earning
from nps_insights.report.rows.guard_rails import no_causes
from nps_insights.tables import CATEGORIES

MOST_A_SIDE = 5
_WHAT_IF = "What if? NPS of those whose comment could be read"
_BY = "Where it differs: points per mention"
_NOT_KNOWN = "this cannot be told; the notes below say why."
_Row = tuple[str, float, float, float]


def drivers_summary(run: ReportRun) -> dict[str, Any]:
    """Return what the command prints with `--json`: the run, its drivers, change and scenarios as plain rows."""
    effects = run.tables["effects"]
    rows = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted")].sort_values("estimate")
    named = {"drivers": rows} | {name: run.tables[name] for name in ("change_parts", "scenarios", "movement")}
    return summary(run) | {
        name: table.astype("object").where(table.notna(), None).to_dict("records") for name, table in named.items()
    }


def drivers_in_words(run: ReportRun, driver_notes: Iterable[str], asked: Collection[str] = ()) -> str:
    """Return the result as lines to read in a terminal.

    Args:
        run: The finished run.
        driver_notes: What was noticed on the way.
        asked: What was asked for this time: `what_if`, `target`, `between`, `by`. Its answers stand first: a run keeps
            the answers to earlier questions, too.
    """
    tables, notes = report_tables(run.tables), list(driver_notes)
    themes = drivers_of(tables["effects"], "theme", without=frozenset(top_themes(tables["themes"])))
    found = [one for one in themes or drivers_of(tables["effects"], "code") if one.driver_id not in no_causes(tables)]
    answers = [
        (("what_if", "target"), _block(_WHAT_IF, _scenarios(tables["scenarios"])), f"What if: {_NOT_KNOWN}"),
        (("between",), *_changes(tables["change_parts"], notes, asked="between" in asked)),
        (("by",), _block(_BY, _differing(tables["group_effects"])), _no_difference(tables["group_effects"])),
    ]
    first = [block or [why, ""] for keys, block, why in answers if set(keys) & set(asked)]
    open_questions = any(_NOT_KNOWN in line for block in first for line in block)
    blocks = [
        *first,
        _block("Points of the NPS, adjusted for one another (likely range)", _clear(found)),
        _block("Attributes, against today's mix", _clear(drivers_of(tables["effects"], "attribute"))),
        *(block for keys, block, _ in answers if not set(keys) & set(asked)),
        _movement(tables["movement"]),
        [f"note     {note}" for note in (notes if open_questions else noted(notes, where="see the report, or --json"))],
        [f"run id   {run.run_id}", f"report   {run.report}"],
    ]
    return "\n".join(line for block in blocks for line in block)


def _no_difference(groups: pd.DataFrame) -> str:
    if groups.empty:
        return f"Where it differs: {_NOT_KNOWN}"
    return "Where it differs: no theme goes with other points per mention in one group than in another, beyond chance."


def _clear(drivers: list[Driver]) -> list[_Row]:
    """At most five that cost and five that earn, most costly first."""
    shown = costing(drivers)[:MOST_A_SIDE] + earning(drivers)[:MOST_A_SIDE][::-1]
    return [(one.label, one.total.estimate, one.total.low, one.total.high) for one in shown]


def _differing(groups: pd.DataFrame) -> list[_Row]:
    rows = groups[groups["q_value"] < CLEAR_Q].sort_values(["by", "q_value", "driver_id", "group"])
    return [
        (f"{label} / {group}", one, low, high)
        for label, group, one, low, high in rows[
            ["label", "group", "per_mention", "per_mention_low", "per_mention_high"]
        ].itertuples(index=False)
    ]


def _changes(parts: pd.DataFrame, notes: list[str], *, asked: bool) -> tuple[list[str], str]:
    """A block for each change, the last one first, and why there is no answer.

    What is asked for stands first: the table begins with it. Where it could not be taken apart, its note says why.
    """
    why = next((note for note in notes if note.startswith(NOT_TAKEN_APART)), "")
    changes = [own for _, own in parts.groupby(["by", "before", "after"], sort=False)]
    blocks = [_block(_moved(own.iloc[0]), _change(own)) for own in (changes if asked else changes[::-1])]
    if asked and why:
        blocks = [[why, ""], *blocks]
    return [line for block in blocks for line in block], why


def _moved(first: pd.Series) -> str:
    if first["by"] == PERIOD:
        return f"Why it moved, {first['before']} to {first['after']}: the parts add up"
    return f"Why it differs, {first['before']} to {first['after']} ({first['by']}): the parts add up"


def _change(parts: pd.DataFrame) -> list[_Row]:
    """The whole change, its five largest parts, and the sum of the others, so that what is shown adds up."""
    total = parts[parts["part"] == "total"]
    rest = parts[parts["part"] != "total"]
    rest = rest.loc[rest["estimate"].abs().sort_values(ascending=False, kind="stable").index]
    shown = pd.concat([total, rest.head(MOST_A_SIDE)])
    labels = [_part_named(row) for _, row in shown.iterrows()]
    rows: list[_Row] = list(zip(labels, shown["estimate"], shown["conf_low"], shown["conf_high"], strict=True))
    if len(rest) > MOST_A_SIDE:
        others = rest["estimate"].iloc[MOST_A_SIDE:]
        rows.append((f"{len(others)} smaller parts together", others.sum(), float("nan"), float("nan")))
    return rows


def _part_named(row: pd.Series) -> str:
    if row["part"] == "rate":
        return f"{row['label']}, goes with other points per mention"
    if row["part"] != "frequency":
        return str(row["label"])
    return f"{row['label']}, mentioned {'more' if row['share_after'] > row['share_before'] else 'less'} often"


def _scenarios(scenarios: pd.DataFrame) -> list[_Row]:
    rows = scenarios.assign(told=scenarios["scenario"])
    if "reaches_target" in rows and rows["reaches_target"].notna().any():
        reached = rows["target"].map("{:g}".format) + " or more: " + rows["reaches_target"].map(words.odds)
        rows["told"] = rows["scenario"] + " (" + reached + ")"
    return list(rows[["told", "estimate", "conf_low", "conf_high"]].itertuples(index=False, name=None))


def _movement(movement: pd.DataFrame) -> list[str]:
    rows = movement[movement["method"] == "corrected"]
    if rows.empty:
        return []
    share = rows.set_index(["from_category", "to_category"])["estimate"]
    to = [name for name in (*CATEGORIES, "churned") if name in set(rows["to_category"])]
    return [
        "Who moved, corrected for answers that vary without any change",
        "  from \\ to    " + "".join(f"{name:>11}" for name in to),
        *(
            f"  {one:<13}" + "".join(f"{100 * share.get((one, other), 0.0):>9.0f} %" for other in to)
            for one in CATEGORIES
            if one in set(rows["from_category"])
        ),
        "",
    ]


def _block(title: str, rows: list[_Row]) -> list[str]:
    if not rows:
        return []
    width = max(len(label) for label, *_ in rows)
    return [title, *(f"  {label:<{width}}  {_ranged(*figures)}" for label, *figures in rows), ""]


def _ranged(estimate: float, low: float, high: float) -> str:
    return f"{estimate:+6.1f}" + ("" if pd.isna(low) else f"  ({low:+.1f} to {high:+.1f})")
