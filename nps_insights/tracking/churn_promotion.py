"""Which stored churn model scores tonight: the alias `champion`, given only to one that earned it out of time.

A version earns it by beating its baselines beyond noise and, where there is a champion, by a lower log-loss than the
champion's on the same accounts at the same dates. No margin is asked there: both beat the baselines, so that taking the
slightly better of two for the better one costs little. A champion that cannot be scored on today's data (a column is
gone, or the theme model whose themes it reads, or its files are refused) could not make tonight's list either, and one
that means something else by leaving answers another question: it is replaced by any version that beats its baselines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.churn.evaluation import log_loss_gains
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.scoring import RiskScorer
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking.churn_model import CHURN_MODEL
from nps_insights.tracking.runs import quiet
from nps_insights.tracking.versions import aliased, stored_version

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
_ROW = ["account_id", "as_of"]


@dataclass(frozen=True)
class Promotion:
    """What became of a new version.

    Attributes:
        promoted: Whether it is the champion now.
        reason: Why, in a sentence.
        champion: The version that scores from now on, such as `churn_risk@2`; empty where there is none.

    Example:
        >>> Promotion(False, "churn_risk@3 is not promoted: it is no better.", "churn_risk@2").champion
        'churn_risk@2'
    """

    promoted: bool
    reason: str
    champion: str


@dataclass(frozen=True)
class Better:
    """By how much the challenger's log-loss is below the champion's, on the same accounts and dates.

    Attributes:
        estimate: Log-loss of the champion less that of the challenger; above 0 the challenger is better.
        low: Lower end of its interval.
        high: Upper end.
        n: Accounts at dates.

    Example:
        >>> Better(estimate=0.02, low=-0.01, high=0.05, n=400).estimate > 0
        True
    """

    estimate: float
    low: float
    high: float
    n: int


def champion_of(tracking_uri: str, *, name: str = CHURN_MODEL) -> str:
    """Return the version that is champion, such as `churn_risk@2`; empty where there is none.

    Args:
        tracking_uri: MLflow's tracking URI.
        name: Name of the registered model.

    Example:
        >>> champion_of("sqlite:////no/such/folder/mlflow.db")
        ''
    """
    version = aliased(tracking_uri, name, CHAMPION)
    return f"{name}@{version}" if version else ""


def speaking_version(tracking_uri: str, named: str) -> str:
    """Return the version that a scoring run is to use, such as `churn_risk@2`; empty where no champion was promoted.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `churn_risk@champion`, another alias, or a version.

    Raises:
        SettingsError: A version, another alias or a model of another name is named that does not exist: only
            `churn_risk@champion` may be missing.
    """
    name, _, version = named.partition("@")
    if version == CHAMPION and name == CHURN_MODEL:
        return champion_of(tracking_uri, name=name)
    return f"{name}@{stored_version(tracking_uri, named, setting='scoring.model').version}"


def make_champion(tracking_uri: str, version: str, *, reason: str) -> None:
    """Give the alias `champion` to a stored version, and tag the version with the reason.

    Args:
        tracking_uri: MLflow's tracking URI.
        version: The version, such as `churn_risk@3`.
        reason: A sentence.

    Raises:
        SettingsError: There is no such version.
    """
    _tell(tracking_uri, stored_version(tracking_uri, version, setting="churn model"), reason, [CHAMPION])


def champion_predictions(model: ChurnModel, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the risk that a stored model gives to accounts whose outcome is known by now.

    Args:
        model: Of `load_churn_model`.
        rows: Rows of a `ChurnPanel` built with this model's own spec, at the dates that the challenger is judged on.

    Returns:
        account_id, as_of, unit, churned, risk.
    """
    return rows[[*_ROW, "unit", "churned"]].assign(risk=RiskScorer(model).risk(rows[list(model.spec.names)]))


def better(
    challenger: pd.DataFrame,
    champion: pd.DataFrame,
    *,
    confidence_level: float = 0.95,
    n_draws: int = 1000,
    random_state: int = 0,
) -> Better:
    """Return by how much the challenger's log-loss is below the champion's.

    The risks of the challenger are those of fits that had not seen these accounts at these dates. Where the champion
    was trained on them, as when training is run again on the same data, that favours the champion.

    Args:
        challenger: Rows of the `predictions` of its `ChurnTraining`: those of its `chosen` model in the part that
            judges it, `out_of_time` or `cross_validation`.
        champion: What `champion_predictions` returned for the same accounts and dates; others are left out.
        confidence_level: Of the interval.
        n_draws: How often units are drawn again.
        random_state: Seed of the draws.

    Raises:
        DataRefusedError: An account of the challenger is missing, or the two say that something else became of one.

    Example:
        >>> rows = pd.DataFrame({"account_id": list("abcd"), "churned": [True, False, True, False]})
        >>> rows = rows.assign(as_of=pd.Timestamp("2026-01-01"), model="chosen", part="out_of_time", risk=0.5)
        >>> round(better(rows.assign(risk=[0.8, 0.2, 0.8, 0.2]), rows, n_draws=50).estimate, 2)
        0.47
    """
    risks = champion[[*_ROW, "churned", "risk"]].rename(columns={"churned": "became", "risk": "other"})
    both = challenger.merge(risks, on=_ROW, how="left", validate="one_to_one")
    missing = both["other"].isna()
    if missing.any():
        raise DataRefusedError(
            f"the champion has no risk for {missing.sum():,} of the {len(both):,} accounts that judge the challenger "
            f"(first: account_id {both.loc[missing, 'account_id'].iloc[0]!r}); score it on rows of the same dates."
        )
    differ = both["became"].astype(bool) != both["churned"].astype(bool)
    if differ.any():
        raise DataRefusedError(
            f"champion and challenger are judged by other outcomes of {differ.sum():,} of {len(both):,} accounts "
            f"(first: account_id {both.loc[differ, 'account_id'].iloc[0]!r}); label both by the same settings."
        )
    rows = both.drop(columns=["became", "other"])
    pair = pd.concat([rows.assign(model="chosen"), rows.assign(model=CHAMPION, risk=both["other"])], ignore_index=True)
    gains = log_loss_gains(pair, confidence_level=confidence_level, n_draws=n_draws, random_state=random_state)
    found = gains[gains["model"] == CHAMPION].iloc[0]
    return Better(float(found["estimate"]), float(found["conf_low"]), float(found["conf_high"]), int(found["n"]))


def judged_promotion(
    tracking_uri: str,
    version: str,
    *,
    beats_baselines: bool,
    verdict: str,
    time_tested: bool,
    gain: Better | None = None,
    champion_lacks: str = "",
    allow_untested: bool = False,
) -> Promotion:
    """Return whether a new version earns the alias `champion`, and write nothing: `give_aliases` does.

    Args:
        tracking_uri: MLflow's tracking URI.
        version: The new version, such as `churn_risk@3`.
        beats_baselines: Of its `ChurnTraining`.
        verdict: Of its `ChurnTraining`, for the reason.
        time_tested: Whether it was judged on a later date than it was trained on: whether
            `model.about["evaluated_by"]` is `out_of_time`.
        gain: What `better` returned; needed where there is a champion that can be scored.
        champion_lacks: Why the champion cannot be held against it (it cannot be scored on today's data, or it means
            something else by leaving), for the reason.
        allow_untested: Whether one whose time was not tested, such as one of an undated snapshot, may be champion.

    Raises:
        SettingsError: There is no such version, or there is a champion and neither `gain` nor `champion_lacks`.
    """
    stored = stored_version(tracking_uri, version, setting=f"{CHALLENGER} of the churn model")
    before = champion_of(tracking_uri, name=stored.name)
    promoted, reason = _judged(
        version, before, beats_baselines, verdict, time_tested or allow_untested, gain, champion_lacks
    )
    return Promotion(promoted, reason, version if promoted else before)


def give_aliases(tracking_uri: str, version: str, promotion: Promotion) -> None:
    """Write what `judged_promotion` returned: the last step of a training, once all that it tells of is in place.

    Args:
        tracking_uri: MLflow's tracking URI.
        version: The new version.
        promotion: What became of it.

    Raises:
        SettingsError: There is no such version.
    """
    stored = stored_version(tracking_uri, version, setting=f"{CHALLENGER} of the churn model")
    _tell(tracking_uri, stored, promotion.reason, [CHALLENGER, CHAMPION] if promotion.promoted else [CHALLENGER])


def _tell(tracking_uri: str, stored: "ModelVersion", reason: str, aliases: Sequence[str]) -> None:
    with quiet():
        from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri)
    client.set_model_version_tag(stored.name, stored.version, "promotion", reason)
    for alias in aliases:
        client.set_registered_model_alias(stored.name, alias, stored.version)


def _judged(
    version: str, before: str, beats_baselines: bool, verdict: str, time_ok: bool, gain: Better | None, lacks: str
) -> tuple[bool, str]:
    stays = f"{before} stays champion" if before else "there is no champion, so no list is made by a model"
    if not beats_baselines:
        why = verdict.partition(". ")[0].rstrip(".")
        return False, f"{version} is not promoted: {why[:1].lower()}{why[1:]}; {stays}."
    if not time_ok:
        return False, (
            f"{version} is not promoted: whether it holds in time was not tested, for want of dates (somebody "
            f"who has looked at its card can promote it by hand); {stays}."
        )
    if not before:
        return True, f"{version} is champion: it beats its baselines, and there was no champion before."
    if lacks:
        return True, (
            f"{version} is champion: it beats its baselines, and {before} cannot be held against it "
            f"({lacks.rstrip('.')})."
        )
    if gain is None:
        raise SettingsError(
            f"promote {version}: {before} is champion, so `gain` (of `better`, on the same accounts and dates) or "
            "`champion_lacks` is needed."
        )
    return gain.estimate > 0, _compared(version, before, gain)


def _compared(version: str, before: str, gain: Better) -> str:
    figures = f"log-loss of {before} less that of {version}: {gain.estimate:.4f} ({gain.low:.4f} to {gain.high:.4f})"
    on = f"on the same {gain.n:,} accounts at dates, judged by fits of it that had not seen them"
    if gain.estimate <= 0:
        return f"{version} is not promoted: it is no better than {before} {on} ({figures}); {before} stays champion."
    sure = "beyond noise" if gain.low > 0 else "though not beyond noise"
    return f"{version} is champion: it beats its baselines, and is better than {before} {on}, {sure} ({figures})."
