"""The page of a real run in Chromium: thirty script payloads in every text, from the input files on, and axe-core.

A watched survey is made, every text of its files gets a payload (cells, names of columns, accounts, events), and the
job runs on it; its page is opened and everything on it touched. Then every text of the run's tables and facts gets
its turn with every payload, thirty pages in all. The page without payloads is held against axe-core, in light and
dark, wide and narrow, in every language, and weighed.
"""

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.browser import Browser, browser, find_browser
from benchmarks.payloads import PAYLOADS, poisoned_facts, poisoned_tables, touched
from benchmarks.results import markdown_table, write_section
from nps_insights.jobs.driver_report import run_driver_report
from nps_insights.jobs.driving.rerun import read_run
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.report import ReportFacts, render_report
from nps_insights.report.languages import LANGUAGES
from nps_insights.simulate import write_watched_sample

AXE = Path(__file__).parents[1] / "tests" / "axe" / "axe.min.js"
VIEWS = {
    (language, width, dark): f"{language}, {width} px, {'dark' if dark else 'light'}"
    for language in LANGUAGES
    for width in (1280, 360)
    for dark in (False, True)
}
_RUN = """
axe.run(document, { preload: false }).then((told) => told.violations.map((rule) => [rule.impact, rule.nodes.length]))
"""
# Columns that the job finds by their names, and cells that it reads as numbers, days, words of a list or keys.
_KEPT = ("ID", "at", "type", "likely", "Internal", "Complete", "CSAT", "CES", "Value", "Seats", "Date", "Until")


def main() -> None:
    """Print and write what the pages did."""
    program = find_browser()
    if program is None:
        raise SystemExit("no Chromium is on the path; install it to run this benchmark")
    with tempfile.TemporaryDirectory() as folder, browser(program) as tab:
        clean = finished(Path(folder) / "clean", poisoned=False)
        tables, facts = clean
        said, size = judged_by_axe(tab, tables, facts, Path(folder))
        pages = {"poisoned input files, one run": alive(tab, *finished(Path(folder) / "bad", poisoned=True), folder)}
        turns = [
            alive(tab, poisoned_tables(tables, turn), poisoned_facts(facts, turn), folder)
            for turn in range(len(PAYLOADS))
        ]
        pages[f"poisoned tables and facts, {len(turns)} pages"] = sum(turns, Counter())
    rows = [
        (name, *(told[kind] for kind in ("shown", "executed", "violation", "request", "error")))
        for name, told in pages.items()
    ]
    lines = [
        *markdown_table(
            ["pages", "payloads shown as text", "executions", "policy violations", "requests", "script errors"], rows
        ),
        "",
        *markdown_table(["axe-core", "critical", "serious", "others"], said),
        "",
        f"The page weighs {size['whole'] / 1e6:.2f} MB, {size['frame'] / 1e6:.2f} MB without its data and chapters.",
    ]
    print("\n".join(lines))
    write_section("The page in a browser", command="python -m benchmarks.page", packages=["jinja2"], lines=lines)


def finished(folder: Path, *, poisoned: bool) -> tuple[dict[str, pd.DataFrame], ReportFacts]:
    """Run the job on a watched survey and return the tables and facts of its page."""
    write_watched_sample(folder / "data", n_accounts=300, random_state=5)
    title, target = "Loyalty", "Company"
    groups = ["Product", "Region"]
    if poisoned:
        groups = poison_files(folder / "data", groups)
        title, target = PAYLOADS[8] + title, PAYLOADS[0] + target
    settings: dict[str, Any] = {
        "input": {
            name: str(folder / "data" / f"{name}.csv") for name in ("survey", "accounts", "events", "invitations")
        },
        "answers": {"survey": "relational"},
        "report": {"title": title, "by": groups, "per": "quarter"},
        "target": [{"name": target, "value": 40, "date": "2027-12-31"}],
        "output": {"folder": str(folder / "run")},
        "tracking": {"uri": f"sqlite:///{folder / 'mlflow.db'}"},
        "themes": {"store": False},
        "drivers": {"category_model": False},
    }
    run_driver_report(check_settings(settings), command="nps-insights report survey.csv")
    manifest, tables = read_run(folder / "run")
    return tables, facts_of(manifest)


def facts_of(manifest: dict[str, Any]) -> ReportFacts:
    """Return the facts of a finished run."""
    told = {name: tuple(one) if isinstance(one, list) else one for name, one in manifest["report"].items()}
    as_of = told.get("as_of")
    return ReportFacts(**told | {"as_of": None if as_of is None else pd.Timestamp(as_of).date()})


def poison_files(folder: Path, groups: list[str]) -> list[str]:
    """Put a payload before every free text and every free column name of the input files.

    Returns:
        The new names of the columns to group by.
    """
    renamed: dict[str, str] = {}
    for path in (folder / f"{name}.csv" for name in ("survey", "accounts", "events")):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        free = [name for name in table.columns if not any(word in name.split() for word in _KEPT)]
        for place, name in enumerate(free):
            values = {one: at for at, one in enumerate(sorted(set(table[name]) - {""}))}
            table[name] = [PAYLOADS[(values[one] + place) % len(PAYLOADS)] + one if one else one for one in table[name]]
        if path.stem == "accounts":
            own = [name for name in free if name not in ("Owner", "Account name")]
            renamed = {name: PAYLOADS[at % len(PAYLOADS)].replace("/", " ") + name for at, name in enumerate(own)}
            table = table.rename(columns=renamed)
        table.to_csv(path, index=False)
    return [renamed[name] for name in groups]


def alive(tab: Browser, tables: dict[str, pd.DataFrame], facts: ReportFacts, folder: str | Path) -> Counter[str]:
    """Return how often the page of these tables did what it must not, by kind, and how many payloads it shows."""
    page = Path(folder) / "opened.html"
    page.write_text(render_report(tables, facts), encoding="utf-8")
    tab.visit(page)
    said = touched(tab)
    for one in said:
        print(one[:200])
    text = tab.evaluate("document.body.textContent")
    shown = sum(f"alert({number})" in text for number in range(1, len(PAYLOADS) + 1))
    return Counter(one.split(":")[0] for one in said) + Counter(shown=shown)


def judged_by_axe(
    tab: Browser, tables: dict[str, pd.DataFrame], facts: ReportFacts, folder: Path
) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """Return the findings of axe-core in each view, by weight, and the size of the page in bytes."""
    page = folder / "judged.html"
    rows = []
    for (language, width, dark), view in VIEWS.items():
        page.write_text(render_report(tables, facts, language=language), encoding="utf-8")
        tab.visit(page, width=width, dark=dark)
        tab.evaluate("for (const part of document.querySelectorAll('details')) part.open = true; 0")
        tab.evaluate(f"{AXE.read_text(encoding='utf-8')}; 0")
        found = Counter[str]()
        for impact, count in tab.evaluate(_RUN):
            found[impact if impact in ("critical", "serious") else "others"] += count
        rows.append((view, found["critical"], found["serious"], found["others"]))
    text = render_report(tables, facts)
    frame = text.partition("<main>")[0] + text.partition("</main>")[2]
    data = json.loads(frame.partition('id="chart-data">')[2].partition("</script>")[0])
    without = len(frame.encode()) - len(json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode())
    return rows, {"whole": len(text.encode()), "frame": without}


if __name__ == "__main__":
    main()
