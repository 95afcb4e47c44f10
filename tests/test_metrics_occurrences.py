import pandas as pd
from compared_periods import period

from nps_insights.metrics import nps
from nps_insights.metrics.occurrences import annotated, event_words


def events(**ended: str) -> pd.DataFrame:
    days = pd.to_datetime(["2026-06-30 23:59", "2026-07-01 00:00", "2020-01-01 00:00"])
    frame = pd.DataFrame({"event_at": days, "label": ["Outage", "Price rise", "Long ago"]})
    return frame.assign(ended_at=pd.to_datetime(frame["label"].map(ended))) if ended else frame


def quarters() -> pd.DataFrame:
    return nps(pd.concat([period(0, 1), period(1, 1)], ignore_index=True), per="quarter")


def test_an_event_falls_into_the_period_of_its_day() -> None:
    found = annotated(quarters(), events())
    assert found["period_start"].astype("str").tolist() == ["2026-04-01", "2026-07-01"]
    assert found["label"].tolist() == ["Outage", "Price rise"]


def test_a_long_event_falls_into_every_period_it_touches() -> None:
    found = annotated(quarters(), events(Outage="2026-07-02"))
    assert found.query("label == 'Outage'")["period_start"].astype("str").tolist() == ["2026-04-01", "2026-07-01"]


def test_words_never_claim_a_cause() -> None:
    words = event_words(annotated(quarters(), events(Outage="2026-07-02")), pd.Timestamp("2026-07-01"))
    assert words == (
        "In the same period, without saying that it is why: Outage (2026-06-30 to 2026-07-02); Price rise (2026-07-01)."
    )
    assert event_words(annotated(quarters(), events()), pd.Timestamp("2025-01-01")) == ""


def test_no_events_and_no_periods_give_no_rows() -> None:
    assert annotated(quarters(), events().head(0)).empty
    assert annotated(nps(period(0, 1)), events()).empty
