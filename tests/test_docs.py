"""The documentation: it builds, its links lead somewhere, and what it shows can be typed, set and opened."""

import doctest
import re
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

import nps_insights
from scripts.build_docs import ROOT, build_site
from scripts.documentation import links, pages, reference, shown
from scripts.documentation.links import broken_links
from scripts.documentation.pages import page_of, slug, sources
from scripts.documentation.reference import docstring_problems, public_names

PAGES = [page for page in sources(ROOT) if page.name not in ("CHANGELOG.md", "RESULTS.md")]
NAMES = list(chain.from_iterable(public_names().values()))
# The chapters of the report, by the anchors of its templates.
TEMPLATES = ROOT / "nps_insights" / "report" / "templates"
CHAPTERS = sorted(
    found[1]
    for path in TEMPLATES.glob("*.html.j2")
    if (found := re.search(r'<section class="(?:first|chapter)[^"]*" id="([\w-]+)"', path.read_text(encoding="utf-8")))
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("site")
    return folder, build_site(ROOT, folder)


def test_the_site_builds_and_every_link_in_it_leads_somewhere(site: tuple[Path, list[str]]) -> None:
    folder, broken = site
    assert broken == []
    assert all((folder / page_of(page)).is_file() for page in sources(ROOT))


def test_every_public_name_has_its_place_in_the_reference(site: tuple[Path, list[str]]) -> None:
    folder, _ = site
    index = (folder / "api" / "index.html").read_text(encoding="utf-8")
    assert sorted(NAMES) == sorted(set(nps_insights.__all__) - {"__version__"})
    for room, names in public_names().items():
        page = (folder / "api" / "nps_insights" / f"{room}.html").read_text(encoding="utf-8")
        assert [name for name in names if f'<section id="{name}">' not in page] == []
        assert [name for name in names if f'href="nps_insights/{room}.html#{name}"' not in index] == []


def test_every_public_name_says_what_goes_in_what_comes_out_and_what_it_refuses() -> None:
    assert [problem for name in NAMES for problem in docstring_problems(name)] == []


def test_every_chapter_of_the_report_has_a_page_on_how_to_read_it() -> None:
    folder = ROOT / "docs" / "reading"
    assert len(CHAPTERS) >= 16
    assert [name for name in CHAPTERS if not (folder / f"{name}.md").is_file()] == []
    listed = (folder / "index.md").read_text(encoding="utf-8")
    assert [name for name in CHAPTERS if f"({name}.md)" not in listed] == []
    for name in CHAPTERS:
        page = (folder / f"{name}.md").read_text(encoding="utf-8")
        assert len(page.splitlines()) < 70, name
        for heading in ("How to read", "What it does not say", "What to do with it", "Where"):
            assert f"\n## {heading}" in page, f"{name}: has no part {heading!r}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_what_a_page_shows_can_be_typed_set_and_opened(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [shown.command_problem(command) for command in shown.commands_in(text)]
    found += [shown.setting_problem(setting) for setting in shown.settings_in(text)]
    found += [shown.file_problem(named, ROOT) for named in shown.files_in(text)]
    found += [shown.name_problem(name) for name in shown.names_in(text)]
    assert [problem for problem in found if problem] == []


def test_the_examples_of_the_faq_give_what_they_say() -> None:
    found = doctest.testfile(str(ROOT / "docs" / "faq.md"), module_relative=False, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0


@pytest.mark.parametrize("module", [links, pages, reference, shown], ids=lambda module: module.__name__)
def test_the_examples_of_the_builder_give_what_they_say(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_the_readme_shows_commands_of_every_kind() -> None:
    commands = shown.commands_in((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(commands) > 20
    assert {"report", "themes", "drivers", "churn", "nps"} <= {command.split()[0] for command in commands}


@pytest.mark.parametrize(
    "command",
    [
        "nosuch a.csv",
        "themes nosuch",
        "report a.csv --nosuch 1",
        "report a.csv --nosuch ...",
        "drivers",
        "diff only_one",
    ],
)
def test_a_command_that_does_not_parse_is_found(command: str) -> None:
    assert shown.command_problem(command)


@pytest.mark.parametrize(
    "setting", ["[watch]\nearlier = 'six'", "[watch]\nnosuch = 1", "[nosuch]\na = 1", "[watch]\nnosuch", "[watch]\n= 1"]
)
def test_a_setting_that_no_job_knows_is_found(setting: str) -> None:
    assert shown.setting_problem(setting)


def test_a_file_or_test_that_is_not_there_is_found() -> None:
    assert not shown.file_problem("tests/test_docs.py::test_a_file_or_test_that_is_not_there_is_found", ROOT)
    assert shown.file_problem("tests/test_docs.py::test_nosuch", ROOT)
    assert shown.file_problem("docs/nosuch.md", ROOT)


def test_a_name_that_is_not_public_is_found() -> None:
    assert shown.names_in("`npsi.nps(a)`, not `npsix.nps`\n\n    npsi.nosuch()\n") == ["nps", "nosuch"]
    assert (shown.name_problem("nps"), bool(shown.name_problem("nosuch"))) == ("", True)


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#x">1</a><a href="b.html#y">2</a><a href="c.html">3</a>')
    (tmp_path / "b.html").write_text('<h2 id="x">x</h2><a href="a.html">4</a><a href="https://example.com/gone">5</a>')
    assert broken_links(tmp_path) == ["a.html: b.html#y", "a.html: c.html"]


def test_pages_keep_their_folders_and_headings_their_anchors() -> None:
    assert page_of(Path("docs/reading/number.md")).as_posix() == "docs/reading/number.html"
    assert slug("Why not ±2 SD alerts?") == "why-not-2-sd-alerts"
