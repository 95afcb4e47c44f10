"""Whether the accounts of today still look like those that the model was trained on.

The population stability index of a feature, over bins with shares e in training and a today, is

    PSI = sum (a - e) ln(a / e),

with half an account added to every bin on both sides, so that an empty one does not make it infinite. The trade reads
it as .1 worth a look, .2 moved.

**Small samples.** Without any drift PSI is distributed as (1/n + 1/N) times chi-squared with bins - 1 degrees of
freedom (Yurdakul 2018), n accounts today and N in training: among 100 accounts and ten bins about .09 on average, and
often over .1. So the expectation (bins - 1)(1/n + 1/N) is taken off, and a level above `ok` needs both: the rest is at
or above the level, and PSI itself is above what chance reaches in one of a hundred runs over all features (Bonferroni).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.moments import Moment, moment
from nps_insights.churn.scoring import feature_columns
from nps_insights.tables import SettingsError, conform
from nps_insights.tables.churn_tables import LEVELS

Floats = NDArray[np.float64]
_BINS = 10
_HALF = 0.5
# Of runs without any drift, the share in which any feature may raise an alarm.
_FALSE_ALARMS = 0.01


def reference_of(features: pd.DataFrame, spec: FeatureSpec) -> dict[str, dict[str, list[float]]]:
    """Return the distribution of every feature, for `ChurnModel.reference`.

    Args:
        features: Rows that the model is trained on, with the columns `spec.names`, NaN where unknown.
        spec: The features.

    Returns:
        By feature: `edges`, the inner edges of up to 10 bins of about equal size (ascending and unique; a value equal
        to an edge lies below it), and `shares` of the bins, with the share of missing values last. Shares sum to one,
        or are all 0 without rows.

    Raises:
        SchemaError: A feature is missing, or not numeric.

    Example:
        >>> found = reference_of(pd.DataFrame({"score/last": [3.0, 9.0, 9.0, None]}), FeatureSpec(("score/last",)))
        >>> found["score/last"]["edges"], found["score/last"]["shares"]
        ([3.0], [0.25, 0.5, 0.25])
    """
    found = {}
    for name, values in zip(spec.names, feature_columns(features, spec.names), strict=True):
        edges = _edges(values[~np.isnan(values)])
        counts = _counts(values, edges)
        found[name] = {"edges": edges.tolist(), "shares": (counts / max(len(values), 1)).tolist()}
    return found


def drift_table(
    model: ChurnModel,
    features: pd.DataFrame,
    *,
    as_of: Moment,
    newest_input: Moment | None,
    psi_levels: tuple[float, float] = (0.1, 0.2),
    model_age_days: tuple[float, float] = (180, 365),
    input_age_days: tuple[float, float] = (45, 120),
    schema_changes: Sequence[tuple[str, str, str]] = (),
) -> pd.DataFrame:
    """Return what may have moved since the model was trained.

    Args:
        model: The model, with its `reference` and `about["trained_at"]`; `about["n"]` is N of the module's note.
        features: Table `features` of the accounts that are scored.
        as_of: The moment of knowing.
        newest_input: Date of the newest answer, usage or other dated row that was read; None without any.
        psi_levels: PSI at which a feature warns, and errs.
        model_age_days: Days since the last as_of in training at which the model's age warns, and errs.
        input_age_days: Days since `newest_input` at which it warns, and errs.
        schema_changes: What is different about the input's columns: name, level (`warn` or `error`), sentence; what is
            said of a name more than once stands in one row.

    Returns:
        Table `drift`: name, kind (psi, model_age, input_age, schema), estimate (PSI less its expectation without drift
        and at least 0; days; missing where it cannot be measured), level (ok, warn, error), reason.

    Raises:
        SettingsError: Levels do not rise, or a schema change has another level.
        SchemaError: A feature is missing, or not numeric.

    Example:
        >>> spec = FeatureSpec(("score/last",))
        >>> then = pd.DataFrame({"score/last": [2.0, 9.0] * 500})
        >>> model = ChurnModel(None, spec, 90, "logistic_regression", True, reference_of(then, spec),
        ...                    {"trained_at": "2026-01-01", "n": 1000})
        >>> found = drift_table(model, then * 0 + 9, as_of="2026-03-01", newest_input="2026-02-27")
        >>> found[["name", "level"]].to_dict("split")["data"]
        [['input', 'ok'], ['model', 'ok'], ['score/last', 'error']]
    """
    _refuse_falling(psi_levels=psi_levels, model_age_days=model_age_days, input_age_days=input_age_days)
    now = moment(as_of, "as_of")
    trained_at = model.about.get("trained_at")
    rows = _psi_rows(model, features, psi_levels)
    rows.append(_model_age(moment(trained_at, "trained_at") if trained_at else None, now, model_age_days))
    newest = None if newest_input is None else moment(newest_input, "newest_input")
    rows.append(_input_age(newest, now, input_age_days))
    rows += _schema_rows(schema_changes)
    return conform("drift", pd.DataFrame(rows, columns=["name", "kind", "estimate", "level", "reason"]))


def _refuse_falling(**settings: tuple[float, float]) -> None:
    for name, levels in settings.items():
        if not 0 < levels[0] <= levels[1]:
            raise SettingsError(f"{name} == {levels}, must be two rising numbers above 0: warn, then error.")


@dataclass(frozen=True)
class _Moved:
    """PSI of one feature: less its expectation, whether beyond chance, and the bin that moved most."""

    psi: float
    beyond_chance: bool
    most: int


# One row of the table: name, kind, estimate, level, reason.
_Row = tuple[str, str, float, str, str]


def _psi_rows(model: ChurnModel, features: pd.DataFrame, levels: tuple[float, float]) -> list[_Row]:
    names = model.spec.names
    n_then = float(model.about.get("n") or np.inf)
    rows: list[_Row] = []
    for name, values in zip(names, feature_columns(features, names), strict=True):
        reference = model.reference.get(name)
        if reference is None or not len(values):
            why = "no account was scored" if reference else "its distribution in training was not stored"
            rows.append((name, "psi", np.nan, "warn", f"{name}: cannot be compared, since {why}."))
            continue
        edges, then = np.array(reference["edges"]), np.array(reference["shares"])
        counts = _counts(values, edges)
        moved = _moved(counts, then, n_then, chance=_FALSE_ALARMS / len(names))
        level = _level(moved.psi, levels) if moved.beyond_chance else "ok"
        n = len(values)
        if level != "ok":
            shares = f"{counts[moved.most] / n:.0%} of accounts, {then[moved.most]:.0%} in training"
            said = f"moved (PSI {moved.psi:.2f}); {_bin_words(moved.most, edges)}: {shares}"
        elif moved.psi >= levels[0]:
            said = f"PSI {moved.psi:.2f}, within what chance gives among {n:,} accounts"
        else:
            said = f"as in training (PSI {moved.psi:.2f})"
        rows.append((name, "psi", moved.psi, level, f"{name}: {said}."))
    return rows


def _moved(counts: Floats, then: Floats, n_then: float, *, chance: float) -> _Moved:
    from scipy.stats import chi2

    n = counts.sum()
    held = (counts > 0) | (then > 0)
    now_counts, bins = counts[held], int(held.sum())
    now = (now_counts + _HALF) / (n + _HALF * bins)
    # Without N the training's shares are taken as they are, but for an empty bin.
    rows_then = n_then if np.isfinite(n_then) else 1e6
    before = (then[held] * rows_then + _HALF) / (rows_then + _HALF * bins)
    parts = (now - before) * np.log(now / before)
    noise = 1 / n + 1 / rows_then
    psi = float(parts.sum())
    beyond = bins > 1 and psi > float(chi2.ppf(1 - chance, bins - 1)) * noise
    return _Moved(max(psi - (bins - 1) * noise, 0.0), beyond, int(np.flatnonzero(held)[np.argmax(parts)]))


def _edges(known: Floats) -> Floats:
    """Inner edges: every value but the largest where there are few, else deciles that are values of the data."""
    values = np.unique(known)
    if len(values) <= _BINS:
        return values[:-1]
    edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS, method="lower"))
    # Where the largest value is common, all below it would otherwise fall into the same bin with it.
    return np.unique(np.minimum(edges, values[-2]))


def _counts(values: Floats, edges: Floats) -> Floats:
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return np.append(counts, len(values) - len(known)).astype(float)


def _bin_words(position: int, edges: Floats) -> str:
    if position > len(edges):
        return "missing"
    if not len(edges):
        return "known"
    if position == 0:
        return f"at most {edges[0]:.4g}"
    if position == len(edges):
        return f"above {edges[-1]:.4g}"
    return f"above {edges[position - 1]:.4g} to {edges[position]:.4g}"


def _level(value: float, levels: tuple[float, float]) -> str:
    return "error" if value >= levels[1] else "warn" if value >= levels[0] else "ok"


def _model_age(trained_at: pd.Timestamp | None, as_of: pd.Timestamp, levels: tuple[float, float]) -> _Row:
    if trained_at is None:
        reason = "The model's age is not known: it was trained on accounts without a date."
        return "model", "model_age", np.nan, "warn", reason
    days = _days(as_of - trained_at)
    day = f"{trained_at:%Y-%m-%d}"
    if days < 0:
        reason = f"The model has seen accounts of {day}, after {as_of:%Y-%m-%d}: its risk of that date looks too good."
        return "model", "model_age", days, "warn", reason
    level = _level(days, levels)
    advice = "" if level == "ok" else "; train it again"
    return (
        "model",
        "model_age",
        days,
        level,
        f"The newest accounts in training are of {day}, {days:.0f} days ago{advice}.",
    )


def _input_age(newest: pd.Timestamp | None, as_of: pd.Timestamp, levels: tuple[float, float]) -> _Row:
    if newest is None:
        return "input", "input_age", np.nan, "warn", "The input's age is not known: no row that was read has a date."
    days = max(_days(as_of - newest), 0.0)
    level = _level(days, levels)
    advice = "" if level == "ok" else "; is the export still running?"
    return "input", "input_age", days, level, f"The newest row is of {newest:%Y-%m-%d}, {days:.0f} days ago{advice}."


def _days(span: pd.Timedelta) -> float:
    return float(np.floor(span / pd.Timedelta(days=1)))


def _schema_rows(changes: Sequence[tuple[str, str, str]]) -> list[_Row]:
    """One row per name: what is said of it more than once stands together, at the worst level."""
    found: dict[str, tuple[str, str]] = {}
    for name, level, sentence in changes:
        if level not in LEVELS[1:]:
            raise SettingsError(f"schema change {name!r} has level {level!r}, must be one of {', '.join(LEVELS[1:])}.")
        before = found.get(name)
        worst = level if before is None else max(before[0], level, key=LEVELS.index)
        found[name] = worst, sentence if before is None else f"{before[1]} {sentence}"
    return [(name, "schema", np.nan, level, sentence) for name, (level, sentence) in found.items()]
