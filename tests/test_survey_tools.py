"""Exports of the tools people use, with planted answers, in the encodings they come in."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import tool_exports
from nps_insights.survey import read_source
from nps_insights.survey.mapping.aliases import ACCOUNT_FIELDS, FIELDS, plain_name
from nps_insights.survey.tools import TOOLS, Tool


@pytest.mark.parametrize("export", tool_exports.EXPORTS, ids=lambda export: export.tool)
def test_planted_answers_come_out_or_the_export_is_refused(export: tool_exports.Export, tmp_path: Path) -> None:
    assert tool_exports.mistakes(export, tool_exports.written(export, "UTF-8", tmp_path)) == []


@pytest.mark.parametrize("encoding", [name for name in tool_exports.ENCODINGS if name != "UTF-8"])
@pytest.mark.parametrize("export", tool_exports.EXPORTS, ids=lambda export: export.tool)
def test_in_other_encodings_the_same_table_is_read(export: tool_exports.Export, encoding: str, tmp_path: Path) -> None:
    raw = read_source(tool_exports.written(export, encoding, tmp_path))
    plain = read_source(tool_exports.written(export, "UTF-8", tmp_path))
    frame = plain.frame.replace(" 🎉", "", regex=True) if encoding == "cp1252" else plain.frame
    pd.testing.assert_frame_equal(raw.frame, frame)
    pd.testing.assert_frame_equal(raw.set_aside, plain.set_aside)
    assert raw.row_numbers.tolist() == plain.row_numbers.tolist()
    assert raw.tool == plain.tool


def test_every_tool_has_a_fixture_and_its_source_in_its_docstring() -> None:
    assert {export.tool for export in tool_exports.EXPORTS} == {tool.name for tool in TOOLS}
    modules = [m for name, m in sys.modules.items() if name.startswith("nps_insights.survey.tools.")]
    for module in modules:
        if hasattr(module, "TOOL"):
            assert "Stands on" in (module.__doc__ or ""), module.__name__
            assert "Trap" in (module.__doc__ or ""), module.__name__


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_names_known_fields_by_plain_names(tool: Tool) -> None:
    for target, names in {**tool.columns, **tool.never}.items():
        assert target in FIELDS or target in ACCOUNT_FIELDS
        assert all(plain_name(name) in (name, "") for name in names.split("|"))
    assert all(plain_name(name) == name for signature in tool.signatures for name in signature)
