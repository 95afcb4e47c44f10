"""Whether a model earns its place, in a plain sentence with its figures."""

import pandas as pd

from nps_insights.churn.training.baselines import ABLATIONS, BASE_RATE, BASELINES

_NAMES = {
    "base_rate": "the base rate",
    "score_only": "score and answers alone",
    "attributes_only": "attributes and usage alone",
}
_ADDED = {"without_text": "What customers mention", "without_score": "The score"}


def beats(gains: pd.DataFrame, part: str) -> bool:
    """Return whether the gains show a model that earns its place.

    It must be better than the base rate and than each of the simpler models beyond noise (the lower bound above 0),
    and better than the base rate on the rolling dates too, by its estimate, where there are such.

    Args:
        gains: Table `churn_gains`.
        part: The part that the verdict is about.

    Example:
        >>> gains = pd.DataFrame({"model": ["base_rate", "score_only"], "conf_low": [0.02, 0.01]})
        >>> gains = gains.assign(part="out_of_time", estimate=[0.05, 0.02])
        >>> beats(gains, "out_of_time"), beats(gains.assign(conf_low=[0.02, -0.01]), "out_of_time")
        (True, False)
    """
    return not _against(gains, part)


def verdict(gains: pd.DataFrame, part: str, *, confidence_level: float) -> str:
    """Return what the gains say of the model.

    Args:
        gains: Table `churn_gains`.
        part: The part that the verdict is about.
        confidence_level: Coverage of its intervals.
    """
    rows = gains[gains["part"] == part].set_index("model")
    held = [name for name in BASELINES if name in rows.index]
    n, left = int(rows.loc[BASE_RATE, "n"]), int(rows.loc[BASE_RATE, "n_churned"])
    tail = (
        f"Gains in log-loss on {n:,} rows not seen, of which {left:,} left ({100 * confidence_level:g} % intervals): "
        + "; ".join(f"over {_NAMES[name]} {_figure(rows.loc[name])}" for name in held)
        + "."
    )
    against = _against(gains, part)
    if against:
        return f"The model is no better than the baseline: {against}. {tail}"
    return f"The model tells who leaves better than the baselines. {tail}"


def _against(gains: pd.DataFrame, part: str) -> str:
    """What speaks against the model; empty where it earns its place."""
    rows = gains[gains["part"] == part].set_index("model")
    if rows.loc[BASE_RATE, "conf_low"] <= 0:
        return "what it gains over the base rate is within noise"
    before = gains.loc[(gains["part"] == "rolling") & (gains["model"] == BASE_RATE), "estimate"]
    if (before <= 0).any():
        return "it is better than the base rate on the last date, but was not on the rolling dates before it"
    others = [name for name in BASELINES if name in rows.index]
    as_good = [_NAMES[name] for name in others if rows.loc[name, "estimate"] <= 0]
    if as_good:
        does = "does" if len(as_good) == 1 else "do"
        return f"it is better than the base rate, but {' and '.join(as_good)} {does} as well"
    alike = [_NAMES[name] for name in others if rows.loc[name, "conf_low"] <= 0]
    return f"that it is better than {' and '.join(alike)} is within noise" if alike else ""


def what_they_add(gains: pd.DataFrame, *, confidence_level: float) -> list[str]:
    """Return a sentence each on what text and score add to all else.

    Args:
        gains: Table `churn_gains`, of one part.
        confidence_level: Coverage of its intervals.

    Example:
        >>> gains = pd.DataFrame({"model": ["without_text"], "estimate": 0.02, "conf_low": 0.01, "conf_high": 0.03})
        >>> what_they_add(gains, confidence_level=0.95)
        ['What customers mention adds to all else: log-loss lower by 0.0200 (95 % interval 0.0100 to 0.0300).']
    """
    rows = gains.set_index("model")
    said = []
    for name in ABLATIONS:
        if name in rows.index:
            row = rows.loc[name]
            adds = "adds to all else" if row["conf_low"] > 0 else "adds nothing to all else beyond noise"
            interval = f"{100 * confidence_level:g} % interval {row['conf_low']:.4f} to {row['conf_high']:.4f}"
            said.append(f"{_ADDED[name]} {adds}: log-loss lower by {row['estimate']:.4f} ({interval}).")
    return said


def _figure(row: pd.Series) -> str:
    return f"{row['estimate']:.4f} ({row['conf_low']:.4f} to {row['conf_high']:.4f})"
