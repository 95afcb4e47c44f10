"""Alerts that were sent, kept: the next run says that they are known, and tells them again only where they go further.

They stand beside the issued figures (`published.alerts.parquet`), and hold names of groups and figures, no answer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nps_insights.jobs.settings.driver_report import SCRATCH, DriverReportSettings
from nps_insights.jobs.watching.published_figures import replace_table
from nps_insights.metrics import THEME_SHARE
from nps_insights.tables import TABLES, DataRefusedError, SchemaError, conform

_SENT = ("raised", "part")


@dataclass(frozen=True, eq=False)
class SentBefore:
    """What earlier issues told.

    Attributes:
        alerts: Their alerts, as table `alerts` has them as far as they are kept; None before the first issue.
        watched_until: Last day of the last period that they judged, or None.
        not_remembered: Metrics that nothing is remembered of.
    """

    alerts: pd.DataFrame | None = None
    watched_until: pd.Timestamp | None = None
    not_remembered: Collection[str] = ()


def alerts_file(published: str | Path) -> Path:
    """Return where the alerts of the issues are kept.

    Example:
        >>> alerts_file("published.csv").name
        'published.alerts.parquet'
    """
    return Path(published).with_suffix(".alerts.parquet")


def sent_before(
    settings: DriverReportSettings,
    *,
    per: str,
    published_at: pd.Timestamp,
    same_since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
) -> SentBefore:
    """Return what earlier issues told; nothing where no issues are kept, or none was made by this period.

    An issue of the same moment is this one, made again, and so is one that judged the same last period on the same
    answers, whenever it was made: what it told is told again. Themes that are found anew in every run are not
    remembered: `t04` is another theme each time.

    Args:
        settings: Of the report; `output.published` names the file.
        per: The period that is watched by; alerts by another one say nothing of it.
        published_at: Moment of the issue.
        same_since: From this issue on all were of today's answers (`same_answers_since`), or None.
        until: Last day of the last period that is over today.

    Raises:
        DataRefusedError: The file is damaged.
    """
    if not settings.output.published:
        return SentBefore()
    kept = read_sent(settings.output.published)
    if kept is None:
        return SentBefore()
    own = kept[(kept["published_at"] < published_at) & (kept["per"] == per)]
    if same_since is not None and until is not None:
        own = own[(own["published_at"] < same_since) | (own["watched_until"] != until)]
    if own.empty:
        return SentBefore()
    anew = settings.themes.start == SCRATCH and settings.themes.taxonomy is None
    alerts = own[own["metric"] != ""].sort_values(["after_end", "published_at"], ignore_index=True)
    return SentBefore(alerts, own["watched_until"].max(), (THEME_SHARE,) if anew else ())


def keep_sent(
    settings: DriverReportSettings,
    alerts: pd.DataFrame,
    series: pd.DataFrame,
    *,
    per: str,
    published_at: pd.Timestamp,
    run_id: str,
) -> None:
    """Add the alerts of an issue to those that are kept; the same issue again changes nothing.

    To be called when the report was delivered: what reached nobody was not told.

    The file is the old one or the new one, whenever the run is stopped.

    Args:
        settings: Of the report.
        alerts: Table `alerts` of the issue.
        series: Table `series` of it, which says which periods were over.
        per: The period.
        published_at: Moment of the issue.
        run_id: Of the run.

    Raises:
        DataRefusedError: The file is damaged.
    """
    if not settings.output.published:
        return
    kept = read_sent(settings.output.published)
    columns = [column.name for column in TABLES["issued_alerts"].columns]
    sent = alerts[alerts["status"].isin(_SENT)]
    if sent.empty:
        # That nothing was told is worth knowing too: what came before is not told of as if it were new.
        sent = pd.DataFrame([dict.fromkeys(("metric", "by", "group", "status"), "")])
    over = series[series["finished"].fillna(False).astype(bool)]
    rows = sent.reindex(columns=columns).assign(
        published_at=published_at, run_id=run_id, per=per, watched_until=over["period_end"].max()
    )
    rows = conform("issued_alerts", rows)
    if kept is not None:
        earlier = kept[kept["published_at"] != published_at]
        same = kept[kept["published_at"] == published_at]
        # An issue that is made again is told by the run that made it first.
        rows = rows.assign(run_id=same["run_id"].iloc[0]) if len(same) else rows
        rows = pd.concat([earlier, rows], ignore_index=True)
    replace_table(alerts_file(settings.output.published), conform("issued_alerts", rows))


def read_sent(published: str | Path) -> pd.DataFrame | None:
    """Return table `issued_alerts`; None before the first issue.

    Raises:
        DataRefusedError: The file is damaged.
    """
    import pyarrow as pa

    file = alerts_file(published)
    if not file.is_file():
        return None
    try:
        return conform("issued_alerts", pd.read_parquet(file))
    except (pa.ArrowException, OSError, SchemaError) as error:
        raise DataRefusedError(f"{file}: is damaged ({error}); restore it from a copy, or take it away") from None
