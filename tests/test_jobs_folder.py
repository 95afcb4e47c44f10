import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nps_insights.jobs.folder import MANIFEST, held, published
from nps_insights.tables import BusyFolderError, SettingsError

WRITER = """
import sys
from pathlib import Path
from nps_insights.jobs.folder import held, published
folder, mark = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
with held(folder), published(folder) as partial:
    for number in range(200):
        (partial / f"{number}.txt").write_text(mark * 1000)
    (partial / "manifest.json").write_text(mark)
"""


def write(folder: Path, mark: str) -> None:
    with held(folder), published(folder) as partial:
        (partial / MANIFEST).write_text(mark)


def test_a_folder_appears_and_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, "old")
    write(folder, "new")
    assert (folder / MANIFEST).read_text() == "new"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_failure_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, "old")
    with pytest.raises(FileNotFoundError), held(folder), published(folder) as partial:
        (partial / "no such folder" / MANIFEST).write_text("new")
    assert (folder / MANIFEST).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(SettingsError, match="no run wrote it"), held(tmp_path):
        pass
    with pytest.raises(SettingsError, match="is a file"), held(tmp_path / "thesis.docx"):
        pass


def test_a_held_folder_is_refused_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    code = "import sys; from pathlib import Path; from nps_insights.jobs.folder import held\n"
    code += "with held(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(BusyFolderError, match="another run holds this folder"), held(folder):
            pass
        other.stdin.close()
    write(folder, "free again")


def test_killed_at_random_moments_the_folder_is_old_or_new_never_half(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    rng = random.Random(0)
    subprocess.run([sys.executable, "-c", WRITER, str(folder), "a"], check=True, stdout=subprocess.DEVNULL)
    for attempt in range(20):
        mark = "b" if attempt % 2 == 0 else "a"
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder), mark], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(rng.uniform(0, 0.25))
            os.kill(writer.pid, signal.SIGKILL)
        texts = {path.name: path.read_text() for path in folder.iterdir()}
        assert len(texts) == 201
        assert len({text[0] for text in texts.values()}) == 1
    write(folder, "swept")
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
