import pandas as pd
import pytest

from nps_insights.drivers.checks.sentiment import sentiment_only, sentiment_score


@pytest.mark.parametrize(
    ("label", "keywords"),
    [
        ("great / excellent", "great, excellent, good, wonderful"),
        ("nothing", "nothing, good, perfect, fine, excellent, circumstances"),
        ("poor, terrible", "poor, terrible, awful, worst"),
        ("mixed remarks (room for improvement)", "room for improvement, thanks, happy, status, glad"),
        ("Positive experience & gratitude", ""),
        ("alles super", "super, toll, zufrieden, prima"),
        ("rien à redire", "rien, parfait, très bien, satisfaite"),
        ("todo perfecto", "perfecto, excelente, muy bien, encantada"),
        ("tutto ottimo", "ottimo, perfetto, soddisfatta, buono"),
        ("zeer tevreden", "tevreden, goed, uitstekend, prima"),
        ("muito bom", "bom, ótimo, excelente, satisfeito"),
    ],
)
def test_a_theme_that_only_judges_is_recognised(label: str, keywords: str) -> None:
    themes = pd.DataFrame({"theme_id": ["t01"], "label": [label], "keywords": [keywords]})
    assert not sentiment_only(themes)["passed"].item()


@pytest.mark.parametrize(
    ("label", "keywords"),
    [
        ("rude staff", "rude, staff, awful, terrible, manner"),
        ("long wait", "wait, long, hours, terrible"),
        ("good food", "food, good, great, excellent, delicious"),
        ("great", "great, price, cheap, value, cost, offer"),
        ("excellent service", "excellent, service, great, good"),
        ("bad room", "room, bad, terrible, dirty"),
        ("helpful / polite / kind", "polite, kind, helpful, friendly, courteous"),
        ("complaints", "complaints, handling, reply, manager, ticket"),
        ("fault / problem", "fault, problem, line, engineer, repair"),
        ("avoid at all costs", "cost, product, avoid, worth, price, recommend"),
        ("bonus", "bonus, points, card"),
        ("positive test", "positive, test, covid"),
        ("schlechtes Netz", "netz, schlecht, empfang, verbindung"),
        ("prix élevés", "prix, élevés, cher, mauvais"),
        ("mala atención", "atención, mala, pésima, trato"),
        ("すばらしい", "すばらしい, 良い"),
    ],
)
def test_a_theme_with_a_subject_passes(label: str, keywords: str) -> None:
    themes = pd.DataFrame({"theme_id": ["t01"], "label": [label], "keywords": [keywords]})
    assert sentiment_only(themes)["passed"].item()


def test_spelling_does_not_matter() -> None:
    assert sentiment_score("TRÈS BIEN", "Parfait, Très bien") == sentiment_score("tres bien", "parfait, tres bien") == 1


def test_the_tone_is_told_and_decides_nothing() -> None:
    themes = pd.DataFrame(
        {"theme_id": ["t01", "t02"], "label": ["great", "food"], "keywords": ["great, good", "food, meals"]}
    )
    mentions = pd.DataFrame({"theme_id": ["t01"] * 10 + ["t02"] * 10, "tone": [0.5] * 9 + [-0.5] + [0.9] * 10})
    rows = sentiment_only(themes, mentions).set_index("driver_id")
    assert rows["passed"].tolist() == [False, True]
    assert rows.loc["theme/t01", "finding"].endswith("(90% of its mentions sound positive)")
    assert rows["value"].tolist() == sentiment_only(themes)["value"].tolist()


def test_no_themes_give_no_rows() -> None:
    assert sentiment_only(pd.DataFrame({"theme_id": [], "label": [], "keywords": []})).empty
