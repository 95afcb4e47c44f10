"""Store the category model of a run, and write what it is beside it."""

from pathlib import Path

from nps_insights.drivers import FittedCategory, category_card
from nps_insights.drivers.category.frame import category_frame
from nps_insights.jobs.driving.driver_analysis import DriverInput
from nps_insights.tracking import TrackedRun, log_category_model

FOLDER = "nps_category"


def store_category(run: TrackedRun, fitted: FittedCategory | None, given: DriverInput) -> str:
    """Register the category model of a run in MLflow; return its name and version, empty where there is none."""
    if fitted is None or fitted.pipeline is None:
        return ""
    read = category_frame(given.responses, given.comments, given.presence, fitted.columns)
    return log_category_model(run, fitted.pipeline, read, fitted.scores)


def write_category_card(
    folders: list[Path],
    fitted: FittedCategory | None,
    given: DriverInput,
    *,
    version: str,
    source: str,
    themes_version: str,
    simulated: bool,
    confidence_level: float,
) -> None:
    """Write `nps_category/spec.toml` and `card.md` below each folder; nothing where no model was stored."""
    if fitted is None or not version:
        return
    card = category_card(
        fitted,
        given.responses,
        version=version,
        source=source,
        themes_version=themes_version,
        simulated=simulated,
        confidence_level=confidence_level,
    )
    for folder in folders:
        place = folder / FOLDER
        place.mkdir(parents=True, exist_ok=True)
        (place / "spec.toml").write_text(card.spec_toml, encoding="utf-8")
        (place / "card.md").write_text(card.card_md, encoding="utf-8")
