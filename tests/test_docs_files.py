"""The page on files beside the survey: its examples are read, and it names every column that is known."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nps_insights.survey import (
    admit_accounts,
    admit_benchmark,
    admit_events,
    admit_invitations,
    admit_outcomes,
    admit_usage,
    read_source,
)
from nps_insights.survey.mapping import aliases
from nps_insights.survey.settings import SurveySettings
from nps_insights.tables import DataRefusedError

TEXT = (Path(__file__).parents[1] / "docs" / "files.md").read_text(encoding="utf-8")
PARTS = {part.splitlines()[0].lower(): part for part in TEXT.split("\n## ")[1:]}
ADMIT: dict[str, Callable[..., Any]] = {
    "accounts": admit_accounts,
    "invitations": admit_invitations,
    "usage": admit_usage,
    "events": admit_events,
    "outcomes": admit_outcomes,
    "benchmark": admit_benchmark,
}
FIELDS = {
    "accounts": aliases.ACCOUNT_FIELDS,
    "invitations": aliases.INVITATION_FIELDS,
    "usage": aliases.USAGE_FIELDS,
    "events": aliases.EVENT_FIELDS,
    "outcomes": aliases.OUTCOME_FIELDS,
    "benchmark": aliases.BENCHMARK_FIELDS,
}


def example(part: str) -> list[str]:
    return [line.strip() for line in part.splitlines() if line.startswith("    ")]


def columns_told(part: str) -> tuple[set[str], set[str]]:
    """Columns in the first cells of its table: all of them, and those in bold."""
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| ")][1:]
    return set(re.findall(r"`(\w+)`", " ".join(cells))), set(re.findall(r"\*\*`(\w+)`\*\*", " ".join(cells)))


def known_columns(name: str, columns: Any) -> dict[str, str]:
    return {
        field: column
        for column in columns
        for field in FIELDS[name]
        if aliases.is_alias_of(column, field, FIELDS[name])
    }


def test_every_file_has_its_part() -> None:
    assert set(PARTS) == set(ADMIT)


@pytest.mark.parametrize("name", ADMIT)
def test_every_known_column_is_told(name: str) -> None:
    assert columns_told(PARTS[name])[0] == set(FIELDS[name])


@pytest.mark.parametrize("name", ADMIT)
def test_the_example_is_read_whole_and_only_the_bold_columns_are_needed(name: str, tmp_path: Path) -> None:
    head, *rows = example(PARTS[name])
    path = tmp_path / f"{name}.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    raw = read_source(path)
    found = ADMIT[name](raw, SurveySettings())
    assert found.counts["kept"] == found.counts["read"] == len(rows)
    for field, column in known_columns(name, raw.frame.columns).items():
        without = read_source(path)
        without = type(without)(**vars(without) | {"frame": without.frame.drop(columns=column)})
        if field in columns_told(PARTS[name])[1]:
            with pytest.raises(DataRefusedError):
                ADMIT[name](without, SurveySettings())
        else:
            assert ADMIT[name](without, SurveySettings()).counts["kept"] == len(rows), field
