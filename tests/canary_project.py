"""A small project whose runs were given secrets and personal data that must come out nowhere."""

import csv
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from nps_insights.simulate import write_sample

KEY = "canary-key-7c1e5b2a90d4-of-the-pseudonyms"
DATABASE_SECRET = "canarydbpassw0rd"
TOKEN = "canarytoken8842"
# In one comment: all of it is taken out before anything is stored.
PRIVATE = ["quentin.canary@example.com", "+44 20 7946 0958", "4111 1111 1111 1111"]
# In the same comment: stays in the tables of the run, and must be nowhere else.
PHRASE = "marmalade gargoyles"
REAL_IDS = ["C-CANARY-77", "R-CANARY-77"]

FORGOTTEN = "C-ZEBRA-01"
FORGOTTEN_ANSWERS = ["R-ZEBRA-01", "R-ZEBRA-02", "R-ZEBRA-03", "R-ZEBRA-04"]
# A word in four answers of one person: it stands in vocabularies and labels, which ask for three and two answers.
OWN_WORDS = ["zebrafinch", "quokkas"]
_SAID = [
    "The zebrafinch quokkas chewed the socket. The technician never came",
    "Again zebrafinch quokkas on the line, and the invoice is wrong",
    "Your helpline laughed about my zebrafinch quokkas for an hour",
    "zebrafinch quokkas again. The price is too high for this",
]

PIPELINE = """\
job = "driver_report"
[input]
survey = "data/survey.csv"
accounts = "data/accounts.csv"
[report]
by = ["Plan"]
edition = ["analyst", "cs"]
[privacy]
pseudonyms = true
[drivers]
category_model = false
[output]
published = "runs/published.csv"
excel = true
markdown = true
database = "env:CANARY_DATABASE"
[delivery]
to = ["env:CANARY_DELIVERY", "json://localhost:9/{token}"]
"""

NIGHTLY = """\
job = "churn_scoring"
[input]
survey = "data/survey.csv"
accounts = "data/accounts.csv"
[privacy]
pseudonyms = true
[scoring]
as_of = "2026-07-01"
[decision]
capacity = 20
[output]
sql = "sqlite:///{folder}/flags.db"
[notify]
urls = ["json://localhost:9/{token}"]
"""

_RUN = """
import sys
from nps_insights.cli import main
for pipeline in sys.argv[1:]:
    try:
        main.app(["run", pipeline])
    except SystemExit as ended:
        print("ended", ended.code)
"""


@dataclass(frozen=True)
class CanaryProject:
    """What the runs left.

    Attributes:
        folder: The project.
        environment: Of its runs.
        said: What they wrote to stdout and stderr.
    """

    folder: Path
    environment: dict[str, str] = field(repr=False)
    said: str = field(repr=False)


def environment_of(folder: Path) -> dict[str, str]:
    """Return the environment of a run of the project."""
    return os.environ | {
        "NPS_INSIGHTS_KEY": KEY,
        "CANARY_DATABASE": f"sqlite:///{folder}/{DATABASE_SECRET}.db",
        "CANARY_DELIVERY": f"json://anna:{TOKEN}@localhost:9/{TOKEN}",
    }


def plant(survey: Path) -> None:
    """Add the canary's answer and those of the person who will be forgotten to a sample's survey."""
    with survey.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    place = {name: number for number, name in enumerate(header)}

    def answer(response: str, contact: str, comment: str, like: list[str]) -> list[str]:
        row = list(like)
        for name, value in (("Response ID", response), ("Contact ID", contact), ("Comment", comment), ("NPS", "3")):
            row[place[name]] = value
        return row

    private = f"My {PHRASE} broke. Write to {PRIVATE[0]}, call {PRIVATE[1]}, my card is {PRIVATE[2]}."
    planted = [answer(REAL_IDS[1], REAL_IDS[0], private, rows[0])]
    planted += [
        answer(response, FORGOTTEN, said, rows[number + 1])
        for number, (response, said) in enumerate(zip(FORGOTTEN_ANSWERS, _SAID, strict=True))
    ]
    with survey.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows, *planted])


def canary_project(folder: Path) -> CanaryProject:
    """Make the project and its runs: a report that is stored, printed and delivered, and a night's list."""
    write_sample(folder / "data", 60, random_state=3)
    plant(folder / "data" / "survey.csv")
    (folder / "pipelines").mkdir()
    (folder / "models" / "themes").mkdir(parents=True)
    pipelines = {"driver_report": PIPELINE, "churn_scoring": NIGHTLY}
    for name, text in pipelines.items():
        told = text.format(token=TOKEN, folder=folder)
        (folder / "pipelines" / f"{name}.toml").write_text(told, encoding="utf-8")
    edits = f'[[seed]]\nname = "Animals"\nexamples = ["{OWN_WORDS[0]} {OWN_WORDS[1]} chewed", "animals bite cables"]\n'
    (folder / "models" / "themes" / "edits.toml").write_text(edits, encoding="utf-8")
    environment = environment_of(folder)
    files = [f"pipelines/{name}.toml" for name in pipelines]
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *files], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert said.count("\nended 1") == len(files), said
    assert "Traceback" not in said, said
    return CanaryProject(folder, environment, said)
