"""Issued figures, kept: every run adds its own to published.csv, and says which earlier ones are others today."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from nps_insights.jobs.settings.driver_report import SCRATCH, DriverReportSettings
from nps_insights.metrics import THEME_SHARE, append_published, freeze, issue_answers, read_published, restatements
from nps_insights.survey import Admission
from nps_insights.tables import DataRefusedError, SettingsError, empty, replace_file

# What decides an NPS beside the answers; themes have a version of their own.
_DECIDE = ("score", "answers", "csat", "ces")


def settings_of_figures(settings: DriverReportSettings) -> str:
    """Return, as text, the settings that the figures depend on.

    Example:
        >>> from nps_insights.jobs.settings.driver_report import check_settings
        >>> settings_of_figures(check_settings({"input": {"survey": "nps.csv"}, "score": {"scale": "1-10"}}))[:41]
        '{"answers": {}, "score": {"scale": "1-10"'
    """
    stated = settings.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({name: stated.get(name, {}) for name in ("answers", "score", *_stated(stated))}, sort_keys=True)


def _stated(stated: dict[str, object]) -> list[str]:
    return [name for name in _DECIDE if name in stated and name not in ("answers", "score")]


def issued_figures(
    estimates: pd.DataFrame, settings: DriverReportSettings, *, published_at: pd.Timestamp
) -> pd.DataFrame:
    """Return the figures that an issue stands by: those of periods that are over, to their last day.

    What is of all time, or of a period that is not over, is another figure with every answer, and no restatement of the
    one before. The same holds of themes that are found anew in every run: `t04` is another theme each time.

    Args:
        estimates: Figures per period.
        settings: Of the report; a stated `as_of` is the day up to which answers were known.
        published_at: Moment of the issue, which tells what is over where no `as_of` is stated.
    """
    if "period_start" not in estimates:
        return estimates.head(0)
    stated = settings.report.as_of
    known = published_at if stated is None else pd.Timestamp(stated) + pd.Timedelta(days=1)
    finished = estimates["period_start"].notna() & (estimates["period_end"] < pd.Timestamp(known).normalize())
    if settings.themes.start == SCRATCH and settings.themes.taxonomy is None:
        finished &= estimates["metric"] != THEME_SHARE
    return estimates[finished].reset_index(drop=True)


def issued_at(published_at: pd.Timestamp | None, admission: Admission) -> pd.Timestamp:
    """Return the moment of an issue: as given, else that of the last answer.

    Raises:
        SettingsError: Neither is known.
    """
    moment = published_at if published_at is not None else admission.as_of
    if moment is None:
        raise SettingsError("output.published: the answers have no dates; give the moment of the issue")
    return moment


def refuse_earlier_issue(
    settings: DriverReportSettings, admission: Admission, *, published_at: pd.Timestamp | None
) -> None:
    """Refuse an issue that lies before one that was made already; nothing where no issues are kept.

    Raises:
        SettingsError: The moment of the issue is not known.
        DataRefusedError: The file is damaged, or holds a later issue.
    """
    if not settings.output.published:
        return
    moment = issued_at(published_at, admission)
    file = Path(settings.output.published)
    last = read_published(file)["published_at"].max() if file.is_file() else pd.NaT
    if last > moment:
        raise DataRefusedError(
            f"{file}: holds an issue of {last:%Y-%m-%d %H:%M}, later than this one of {moment:%Y-%m-%d %H:%M}; history "
            "is appended, never put between: name another file in output.published, or none"
        )


def restated(
    settings: DriverReportSettings,
    estimates: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    published_at: pd.Timestamp,
    themes_version: str,
    estimator: Callable[[pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """Return table `restatements`: figures that were issued as something else; empty where nothing is kept.

    Args:
        settings: Of the report; `output.published` names the file.
        estimates: Table `estimates` of today.
        responses: Table `responses` of today.
        published_at: Moment of this run, which tells which periods are over.
        themes_version: What the themes are, edits included.
        estimator: Today's rules: responses -> estimates.

    Raises:
        DataRefusedError: The file is damaged.
    """
    if not settings.output.published or not Path(settings.output.published).is_file():
        return empty("restatements")
    return restatements(
        read_published(settings.output.published),
        issued_figures(estimates, settings, published_at=published_at),
        responses,
        settings=settings_of_figures(settings),
        themes_version=themes_version,
        issued=read_issued(settings.output.published),
        estimator=estimator,
    )


def issue(
    settings: DriverReportSettings,
    estimates: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    published_at: pd.Timestamp,
    run_id: str,
    themes_version: str,
) -> None:
    """Add the figures of a run, and which answers they are of, to what was issued.

    The answers are kept beside the file (`published.answers.parquet`): ids, scores, dates and groups, no comment.

    Raises:
        DataRefusedError: A file is damaged, or holds a later issue.
        SettingsError: No file is named, or it cannot be written.
    """
    if not settings.output.published:
        raise SettingsError("output.published: name the file that keeps what was issued, such as published.csv")
    published = Path(settings.output.published)
    answers = issue_answers(read_issued(published), responses, published_at=published_at)
    frozen = freeze(
        issued_figures(estimates, settings, published_at=published_at),
        published_at=published_at,
        run_id=run_id,
        settings=settings_of_figures(settings),
        themes_version=themes_version,
    )
    # First: figures whose answers nobody knows could not be told from late ones; answers alone do no harm.
    replace_table(answers_file(published), answers)
    append_published(published, frozen)


def answers_file(published: str | Path) -> Path:
    """Return where the answers of the issues are kept.

    Example:
        >>> answers_file("published.csv").name
        'published.answers.parquet'
    """
    return Path(published).with_suffix(".answers.parquet")


def read_issued(published: str | Path) -> pd.DataFrame | None:
    """Return table `issued_answers`; None before the first issue.

    Raises:
        DataRefusedError: The file is damaged.
    """
    import pyarrow as pa

    file = answers_file(published)
    if not file.is_file():
        return None
    try:
        return pd.read_parquet(file)
    except (pa.ArrowException, OSError) as error:
        raise DataRefusedError(f"{file}: is damaged ({error}); restore it from a copy") from None


def same_answers_since(settings: DriverReportSettings, responses: pd.DataFrame) -> pd.Timestamp | None:
    """Return the first issue from which on all issues were of just these answers; None where the last one was not.

    Args:
        settings: Of the report; `output.published` names the file.
        responses: Table `responses` of today.

    Raises:
        DataRefusedError: The file is damaged.
    """
    issued = read_issued(settings.output.published) if settings.output.published else None
    if issued is None or issued.empty:
        return None
    last = pd.Timestamp(issued["published_at"].max())
    again = issue_answers(issued, responses, published_at=last + pd.Timedelta(seconds=1))
    return last if len(again) == len(issued) else None


def replace_table(file: Path, table: pd.DataFrame) -> None:
    """Write a table to a parquet file that is the old one or the new one, whenever the writing is stopped."""
    written = io.BytesIO()
    table.to_parquet(written, index=False)
    replace_file(file, written.getvalue())
