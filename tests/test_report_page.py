"""The page: what it contains, that data stays data everywhere, and that thin input gives an honest page."""

import dataclasses
import itertools
import json
import re
from datetime import date

import pandas as pd
import pytest
from report_outline import Outline
from report_tables import LEAVES, TOPS, attribute_effects, code_effects, facts_example, report_example

from nps_insights.report import ReportFacts, render_report
from nps_insights.tables import SchemaError, empty

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "<svg/onload=alert(4)>",
    "' onmouseover='alert(5)",
    '<a href="javascript:alert(6)">x</a>',
    "{{ 7 * 7 }}{% include 'x' %}",
    "<!--<script>alert(8)",
    "</style><script>alert(9)</script>",
    "%{x}${alert(10)}\u2028<iframe srcdoc='<script>1</script>'>",
)


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(report_example(), facts_example())


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_the_page_holds_every_chapter_theme_and_group(outline: Outline) -> None:
    for words in ("What costs most", "Do not conclude", "Who is missing", "over time and by group", "How we know"):
        assert words in outline.text
    for name in (*TOPS.values(), *(leaf[1] for leaf in LEAVES.values()), "Business", "Islands"):
        assert name in outline.text
    assert "too few to judge" in outline.text
    assert "hygiene: only makes detractors" in outline.text
    assert "5,204 rows were read: 5,012 kept, 63 set aside, 99 repeats of another row, 30 not counted." in outline.text
    assert "satisfaction" in outline.text
    assert "7f3a91c2" in outline.text


def test_refused_values_are_counted_and_never_shown(page: str) -> None:
    assert "secret-value-77" not in page


def test_every_chart_has_data_a_description_and_a_table(outline: Outline) -> None:
    boxes = [attrs for tag, attrs in outline.tags if (attrs.get("class") or "") == "chart"]
    charts = json.loads(next(text for text in outline.scripts if text.startswith('{"chart-')))
    assert sorted(charts) == sorted(box["id"] for box in boxes)
    assert len(charts) == 9
    assert all(box["role"] == "img" and str(box["aria-label"]).startswith("Chart: ") for box in boxes)
    assert outline.count("table") >= len(charts) - 2


def test_headings_descend_one_step_at_a_time(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_tables_have_captions_and_scopes_and_ids_are_unique(outline: Outline) -> None:
    assert outline.count("caption") == outline.count("table")
    assert all("scope" in attrs for tag, attrs in outline.tags if tag == "th")
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert ("html", {"lang": "en"}) in outline.tags


def test_the_page_fetches_nothing(outline: Outline) -> None:
    assert not [tag for tag, attrs in outline.tags if "src" in attrs or "srcset" in attrs]
    links = [attrs["href"] for _, attrs in outline.tags if "href" in attrs]
    assert all(str(link).startswith("#") for link in links)
    assert not {"link", "img", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in outline.tags}


def test_the_same_input_gives_the_same_bytes_whatever_the_row_order(page: str) -> None:
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in report_example().items()}
    assert render_report(shuffled, facts_example()) == page


def poisoned(payload: str) -> tuple[dict[str, pd.DataFrame], ReportFacts]:
    """The example with the payload in every text that comes from data, kept apart by a number where it is a key."""
    tables = report_example()
    for name, columns in {
        "themes": ("label", "keywords", "example", "example_negative"),
        "effects": ("label",),
        "left_out": ("label", "reason"),
        "agreement": ("label", "code"),
        "quarantine": ("source", "field", "reason", "value"),
    }.items():
        for column in columns:
            marks = pd.Series(range(len(tables[name])), index=tables[name].index).astype(str)
            tables[name] = tables[name].assign(**{column: payload + marks})
    estimates = tables["estimates"].copy()
    named = ~estimates["by"].isin(["", "(comment)"])
    estimates.loc[named, "group"] = payload + estimates.loc[named, "group"]
    estimates.loc[named, "by"] = payload + estimates.loc[named, "by"]
    level = attribute_effects().assign(level=payload, tone=payload, label=payload)
    tables["effects"] = pd.concat([tables["effects"].query("kind != 'attribute'"), level], ignore_index=True)
    tables["estimates"] = estimates
    facts = ReportFacts(
        title=payload,
        source_name=payload,
        as_of=date(2026, 6, 30),
        scale=payload,
        counts={"read": 1, "kept": 1},
        reasons={payload: 1},
        account_counts={payload: 1},
        refused_columns={payload: payload},
        encoder=payload,
        n_segments=5,
        controls=(payload,),
        run_id=payload,
        version=payload,
        versions={payload: payload},
        command=payload,
        settings={payload: payload},
        notes=(payload,),
    )
    return tables, facts


@pytest.mark.parametrize("payload", PAYLOADS)
def test_data_stays_data(payload: str, page: str, outline: Outline) -> None:
    tables, facts = poisoned(payload)
    poisoned_page = render_report(tables, facts)
    seen = Outline(poisoned_page)
    assert seen.count("script") == outline.count("script") == 4
    assert not {tag for tag, _ in seen.tags} - {tag for tag, _ in outline.tags}
    assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on") or name == "srcdoc"]
    assert policy_of(poisoned_page) == policy_of(page)
    figures = json.loads(next(text for text in seen.scripts if text.startswith('{"chart-')))
    for text in chart_texts(figures):
        assert not re.search(r"<(?!br>)", text)


def policy_of(page: str) -> str:
    """The page's policy but for the hash of its styles, among which the title of printed pages stands."""
    found = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert len(found) == 1
    return re.sub(r"style-src &#39;sha256-[A-Za-z0-9+/=]{44}&#39;", "style-src", found[0])


def chart_texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in chart_texts(part)]


def no_dates(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    estimates = tables["estimates"]
    kept = estimates[estimates["period_start"].isna()].drop(columns=["period_start", "period_end", "finished"])
    return tables | {"estimates": kept, "changes": empty("changes")}


def no_groups(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return tables | {"estimates": tables["estimates"].query("by == '' or by == '(comment)'")}


def no_themes(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return tables | {"themes": empty("themes"), "effects": empty("effects"), "agreement": empty("agreement")}


def no_effects(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return tables | {"effects": empty("effects")}


def one_period(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    estimates = tables["estimates"]
    kept = estimates[estimates["period_start"].isna() | (estimates["period_start"] == "2026-04-01")]
    return tables | {"estimates": kept, "changes": empty("changes")}


def twenty_responses(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    row = {"metric": "nps", "by": "", "group": "", "estimate": 20.0, "conf_low": -18.0, "conf_high": 53.0}
    return {"estimates": pd.DataFrame([row | {"n": 20, "n_eff": 20.0, "too_small": True}])}


def nothing(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {}


@pytest.mark.parametrize(
    ("thinned", "sentence"),
    [
        (no_dates, "Whether it moved cannot be said: the answers have no dates"),
        (no_groups, "The answers were not split by group"),
        (no_themes, "No themes were found"),
        (no_effects, "What moves the number could not be computed"),
        (one_period, "all answers fall into one period"),
        (twenty_responses, "That is few: read everything on this page as a first hint"),
        (nothing, "There are no answers from which a number could be computed"),
    ],
)
def test_thin_input_gives_an_honest_page(thinned: object, sentence: str) -> None:
    assert callable(thinned)
    seen = Outline(render_report(thinned(report_example()), facts_example()))
    assert sentence in seen.text
    assert "nan" not in re.findall(r"[a-z]+", seen.text.lower())
    assert not re.search(r"\b(None|NaT|<NA>)\b", seen.text)


def test_codes_alone_make_a_driver_chapter() -> None:
    seen = Outline(render_report(report_example() | {"effects": code_effects()}, facts_example()))
    assert "Codes given with the data" in seen.text


def test_a_generated_survey_is_called_one() -> None:
    page = render_report({}, dataclasses.replace(facts_example(), simulated=True))
    assert "no customer said any of this" in page


def test_a_page_without_charts_carries_no_script() -> None:
    seen = Outline(render_report({}, ReportFacts(title="T", source_name="s.csv")))
    assert seen.count("script") == 0


def test_a_table_that_breaks_the_contract_is_refused() -> None:
    with pytest.raises(SchemaError, match="themes"):
        render_report({"themes": pd.DataFrame({"theme_id": ["t01"]})}, facts_example())


def test_rows_of_groups_and_periods_say_what_they_are_of(outline: Outline) -> None:
    tags = outline.tags
    assert {attrs["data-by"] for _, attrs in tags if "data-by" in attrs} == {"", "plan", "region"}
    assert {"Basic", "Business", "Islands"} <= {attrs["data-group"] for _, attrs in tags if "data-group" in attrs}
    assert "Q2 2026" in {attrs["data-period"] for _, attrs in tags if "data-period" in attrs}
