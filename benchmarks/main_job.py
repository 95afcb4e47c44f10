"""Seconds of each stage of the main job, and its peak memory: `python -m benchmarks.main_job`."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.results import markdown_table, write_section

SIZES = {"1k": 232, "10k": 2320}  # responses -> accounts that give about as many


def stages(folder: Path, n_accounts: int) -> dict[str, float]:
    """Run the main job stage by stage, with cold vectors, and return seconds of each and peak memory in MiB."""
    from nps_insights.jobs.admission import admit
    from nps_insights.jobs.driver_report import driver_input, drivers_of, tables_of, write_tables
    from nps_insights.jobs.facts import report_facts
    from nps_insights.jobs.settings.driver_report import check_settings
    from nps_insights.report import render_report
    from nps_insights.simulate import write_sample
    from nps_insights.themes import encode_cached, find_themes, load_encoder, split_comments

    seconds: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        seconds[stage] = time.perf_counter() - began

    write_sample(folder / "sample", n_accounts, random_state=0)
    files = {"survey": str(folder / "sample" / "survey.csv"), "accounts": str(folder / "sample" / "accounts.csv")}
    settings = check_settings({"input": files, "report": {"by": ["Plan"]}, "output": {"folder": str(folder / "out")}})
    with timed("read and admit"):
        survey = admit(settings)
    comments, responses = survey.admission.comments, survey.admission.responses
    with timed("load the encoder"):
        encoder = load_encoder("english")
    with timed("split and encode"):
        segments = split_comments(comments)
        encode_cached(encoder, segments["text"].tolist(), folder / "vectors")
    with timed("themes, vectors given"):
        found = find_themes(comments, responses, encoder=encoder, cache_folder=folder / "vectors")
    with timed("drivers"):
        drivers = drivers_of(driver_input(survey, found), survey, found, settings)
    with timed("figures and tables"):
        tables = tables_of(survey, found, drivers, None, settings)
        write_tables(folder, tables)
    with timed("report"):
        facts = report_facts(settings, survey, found, drivers.controls, "", [], "")
        (folder / "report.html").write_text(render_report(tables, facts), encoding="utf-8")
    seconds["all"] = sum(seconds.values())
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"responses": len(responses), "segments": len(segments), **seconds, "peak MiB": kibibytes / 1024}


def main() -> None:
    """Print and write the stages at each size, each in a process of its own."""
    measured = {}
    for name, n_accounts in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "benchmarks.main_job", folder, str(n_accounts)]
            measured[name] = json.loads(subprocess.check_output(command).splitlines()[-1])
    rows = [
        (figure, *(f"{measured[name][figure]:,.{0 if figure in WHOLE else 1}f}" for name in SIZES))
        for figure in measured["1k"]
    ]
    lines = [
        "Simulated surveys, about half of the responses with a comment; seconds, vectors not cached before.",
        "",
        *markdown_table(["figure", *(f"{name} responses" for name in SIZES)], rows),
    ]
    print("\n".join(lines))
    packages = ["nps-insights", "sentence-transformers", "torch", "scikit-learn", "pandas"]
    write_section("Stages of the main job", command="python -m benchmarks.main_job", packages=packages, lines=lines)


WHOLE = ("responses", "segments", "peak MiB")

if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(stages(Path(sys.argv[1]), int(sys.argv[2]))))
    else:
        main()
