"""Fit the category model, and hold it against simpler ones on customers that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.category.cross_fit import Factory, TrainingRows, fitted, out_of_fold, too_few
from nps_insights.drivers.category.folds import FOLDS, accounts_of, whole_accounts
from nps_insights.drivers.category.frame import CategoryColumns, category_frame, joined_texts
from nps_insights.drivers.category.models import base_rate_model, category_model, text_model
from nps_insights.drivers.category.quality import MODEL, category_gains, category_scores
from nps_insights.drivers.matrix.design import MIN_PRESENT, DriverDesign, driver_design
from nps_insights.metrics import fold_of
from nps_insights.tables import CATEGORIES, empty

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

_PROBABILITIES = ["response_id", "account_id", "category", *CATEGORIES]
_A_WORD = r"\w\w"


@dataclass(frozen=True, eq=False)
class FittedCategory:
    """A category model and what it is worth.

    Attributes:
        pipeline: Fitted on all rows; reads what `category_frame` returns. None where there were too few responses.
        columns: The columns that it reads.
        scores: Table `category_scores`, of the model and of each baseline, on customers of other folds.
        gains: By how much the model's log-loss is below each baseline's, on the same customers: model (the baseline),
            estimate, conf_low, conf_high (nats), n.
        probabilities: Out of fold, one row per response: response_id, account_id (missing where not known), category,
            and the probabilities detractor, passive, promoter.
        drivers: The themes that the model reads: driver_id, label.
        notes: Plain sentences on what a reader must know.
    """

    pipeline: "Pipeline | None"
    columns: CategoryColumns
    scores: pd.DataFrame
    gains: pd.DataFrame
    probabilities: pd.DataFrame
    drivers: pd.DataFrame
    notes: list[str]


def fit_category_model(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    presence: pd.DataFrame,
    *,
    attributes: Sequence[str] = (),
    min_present: int = MIN_PRESENT,
    most_texts: int = 5_000,
    n_draws: int = 1_000,
    random_state: int = 0,
    confidence_level: float = 0.95,
) -> FittedCategory:
    """Fit the classifier of detractor, passive and promoter from themes and attributes.

    Only responses with a usable comment enter: silence is not absence of a theme. Scores are out of fold: five folds
    of whole accounts, by a hash of the account, and the calibration inside each training part again by account. Their
    intervals draw accounts with replacement and keep the fits: they tell the luck of the customers judged, not that of
    the customers learned from.

    Args:
        responses: Table `responses`.
        comments: Table `comments`, of those that were read for themes.
        presence: Which response mentions what, of `theme_presence` or `code_presence`.
        attributes: Attributes (without prefix) that are used; an unusable one is left out and said.
        min_present: Fewest responses with, and without, a theme.
        most_texts: The model of the words alone is held against a sample of whole accounts with so many responses.
        n_draws: Bootstrap samples of accounts.
        random_state: Seed of the bootstrap; the fits use no chance.
        confidence_level: Coverage of the intervals.

    Returns:
        The model and its scores; without pipeline and rows, and with a note, where responses are too few.

    Raises:
        SettingsError: An attribute is no column of the responses.

    Example:
        >>> ids = [f"r{i:03d}" for i in range(200)]
        >>> category = ["promoter", "passive"] * 50 + ["detractor"] * 100
        >>> responses = pd.DataFrame({"response_id": ids, "category": category})
        >>> comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": "well", "says_nothing": False})
        >>> presence = pd.DataFrame({"response_id": ids[80:], "driver_id": "code/Price", "label": "Price"})
        >>> fit = fit_category_model(responses, comments, presence.assign(kind="code", theme_id=None), n_draws=50)
        >>> fit.columns.themes, bool(fit.gains.set_index("model").loc["base_rate", "conf_low"] > 0)
        (('code/Price',), True)
    """
    from threadpoolctl import threadpool_limits

    design = driver_design(responses, comments, presence, attributes=attributes, min_present=min_present)
    columns = _columns(design)
    accounts = accounts_of(design.matrix)
    frame = category_frame(responses, comments, presence, columns)
    rows = TrainingRows(
        frame, design.matrix["category"].to_numpy(dtype="str"), accounts, fold_of(accounts, folds=FOLDS)
    )
    notes = _left_out(attributes, design)
    why = too_few(rows) if columns.names else _NOTHING_TO_READ
    if why:
        return _not_fitted(columns, [why, *notes])

    # Sums of several threads differ in their last bits.
    with threadpool_limits(1):
        predicted = {name: out_of_fold(model, rows) for name, model in _models(columns).items()}
        pipeline = _stored(fitted(_models(columns)[MODEL], rows))
        predicted["text"], said = _of_the_words(rows, joined_texts(frame.index, comments), most_texts)
        judged = {"actual": rows.category, "accounts": accounts, "n_draws": n_draws, "random_state": random_state}
        scores = category_scores(predicted, **judged, confidence_level=confidence_level)
        gains = category_gains(predicted, **judged, confidence_level=confidence_level)
    known = design.matrix.reindex(columns=["response_id", "account_id", "category"])
    probabilities = pd.concat([known, pd.DataFrame(predicted[MODEL], columns=list(CATEGORIES))], axis="columns")
    return FittedCategory(
        pipeline=pipeline,
        columns=columns,
        scores=scores,
        gains=gains,
        probabilities=probabilities,
        drivers=design.drivers.loc[design.drivers["kind"] != "attribute", ["driver_id", "label"]],
        notes=[_verdict(columns, gains), *said, *notes],
    )


_NOTHING_TO_READ = "No category model was fitted: no theme is frequent enough, and no attribute is usable."


def _columns(design: DriverDesign) -> CategoryColumns:
    drivers = design.drivers
    if drivers.empty:
        return CategoryColumns((), tuple(design.attributes))
    numbers = set(drivers.loc[drivers["numeric"].astype(bool), "attribute"])
    return CategoryColumns(
        tuple(drivers.loc[drivers["kind"] != "attribute", "driver_id"]),
        tuple(name for name in design.attributes if name not in numbers),
        tuple(name for name in design.attributes if name in numbers),
    )


def _models(columns: CategoryColumns) -> dict[str, Factory]:
    """The model and the baselines that read the same frame; apart only where there are both themes and attributes."""
    attributes = {"texts": columns.texts, "numbers": columns.numbers}

    def of(**parts: Any) -> Factory:
        return lambda folds: category_model(calibration=folds, **parts)

    both = {"attributes": of(themes=(), **attributes), "themes": of(themes=columns.themes)}
    apart = both if columns.themes and (columns.texts or columns.numbers) else {}
    return {"base_rate": lambda _: base_rate_model(), **apart, MODEL: of(themes=columns.themes, **attributes)}


def _of_the_words(rows: TrainingRows, texts: pd.Series, most: int) -> tuple[NDArray[np.float64], list[str]]:
    """Probabilities by the words alone (n, 3), missing in rows outside the sample; and what to say of it."""
    predicted = np.full((len(texts), len(CATEGORIES)), np.nan)
    if texts.str.contains(_A_WORD).mean() < 0.5:
        return predicted, ["The words alone were not tried as a baseline: most comments hold no word."]
    read = whole_accounts(rows.accounts, most)
    some = TrainingRows(texts, rows.category, rows.accounts, rows.folds).some(read)
    if too_few(some):
        return predicted, [
            f"The words alone were not tried as a baseline: a sample of {len(some.category):,} responses is too small."
        ]
    predicted[read] = out_of_fold(lambda folds: text_model(calibration=folds), some)
    sampled = (
        f"The baseline of the words alone was fitted and judged on {len(some.category):,} of {len(texts):,} responses, "
        "a sample of whole accounts; on those the category model is compared with it."
    )
    return predicted, [] if read.all() else [sampled]


def _stored(pipeline: "Pipeline") -> "Pipeline":
    """Without the folds of the rows it was fitted on: on other rows they would mean nothing."""
    return pipeline.set_params(category__cv=5)


def _left_out(attributes: Sequence[str], design: DriverDesign) -> list[str]:
    reasons = design.left_out.set_index("label")["reason"]
    return [
        f"The attribute {name} is not in the category model: {reasons[name]}."
        for name in dict.fromkeys(attributes)
        if name not in design.attributes
    ]


def _verdict(columns: CategoryColumns, gains: pd.DataFrame) -> str:
    gain = gains.set_index("model").loc["base_rate"]
    read = " and ".join(
        name for name, own in (("themes", columns.themes), ("attributes", columns.texts + columns.numbers)) if own
    )
    by = f"log-loss lower by {gain['estimate']:.3f} ({gain['conf_low']:.3f} to {gain['conf_high']:.3f})"
    if gain["conf_low"] > 0:
        return f"{read.capitalize()} tell the categories of unseen customers better than their shares alone: {by}."
    return (
        f"{read.capitalize()} do not tell the categories of unseen customers better than their shares alone ({by}): "
        "use the category model for nothing yet."
    )


def _not_fitted(columns: CategoryColumns, notes: list[str]) -> FittedCategory:
    gains = pd.DataFrame({name: pd.Series(dtype="float64") for name in ("estimate", "conf_low", "conf_high", "n")})
    gains.insert(0, "model", pd.Series(dtype="str"))
    text = {name: pd.Series(dtype="str") for name in _PROBABILITIES[:3]}
    probabilities = pd.DataFrame(text | {name: pd.Series(dtype="float64") for name in CATEGORIES})
    drivers = pd.DataFrame({name: pd.Series(dtype="str") for name in ("driver_id", "label")})
    return FittedCategory(None, columns, empty("category_scores"), gains, probabilities, drivers, notes)
