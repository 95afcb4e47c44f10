"""The command line inside the tests' own process: what it says, and the code with which it ends."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from nps_insights.cli.main import main


@dataclass(frozen=True)
class Ended:
    code: int
    stdout: str
    stderr: str


def ended(arguments: list[str | Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ended:
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["nps-insights", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "120")
    code = 0
    try:
        main()
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)
