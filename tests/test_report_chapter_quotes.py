"""The newest comments of the page: whose themes could not be looked for is told apart from those without one."""

import pandas as pd
from report_tables import report_example

from nps_insights.report.chapters.quotes import quotes_chapter
from nps_insights.report.inputs import report_tables
from nps_insights.report.page.filters import Choices


def themes_told(languages: list[str | None], mentioning: list[str]) -> list[str]:
    """What the list says of the themes of r0, r1, ...; English is read and German is not."""
    ids = [f"r{at}" for at in range(len(languages))]
    responses = pd.DataFrame({"response_id": ids, "score": 7.0, "scale_min": 0.0, "scale_max": 10.0})
    comments = pd.DataFrame({"response_id": ids, "text": "a word", "language": languages, "says_nothing": False})
    themes = report_example()["themes"].query("level == 2").head(1)
    mentions = pd.DataFrame({"segment_id": [f"{one}/1#1" for one in mentioning], "response_id": mentioning})
    tables = {
        "responses": responses.assign(category="passive", responded_at=pd.Timestamp("2026-05-01")),
        "comments": comments.assign(comment_id=[f"{one}/1" for one in ids]),
        "mentions": mentions.assign(theme_id=themes["theme_id"].iloc[0], strength=0.9, tone=-0.5),
        "themes": themes.assign(label="price"),
        "languages": pd.DataFrame({"language": ["de", "en"], "n_comments": 1, "share": 0.5, "is_read": [False, True]}),
    }
    return [row.cells[1] for row in quotes_chapter(report_tables(tables), Choices()).rows]


def test_a_comment_in_a_language_that_nobody_read_is_not_said_to_be_without_a_theme() -> None:
    assert themes_told(["en", "de", "en", None], ["r2"]) == [
        "none found",
        "not read: language",
        "price",
        "none found",
    ]
