import subprocess
import sys
from pathlib import Path

import pytest

from haochaping.files.exclusive_lock import FolderLocked, exclusive_lock

HOLD = """
import sys
from pathlib import Path
from haochaping.files.exclusive_lock import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def locked_folder(tmp_path: Path):
    """A folder whose lock another process holds until its standard input ends."""
    folder = tmp_path / "2022Q4"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout and other.stdout.readline() == "held\n"
    yield folder, other
    other.kill()
    other.wait()
    other.stdout.close()


def test_a_second_writer_is_reported_and_refused_after_the_wait(locked_folder) -> None:
    folder, _ = locked_folder
    messages: list[str] = []
    with (
        pytest.raises(FolderLocked, match="另一个程序一直在写"),
        exclusive_lock(folder, messages.append, wait=0.2),
    ):
        pytest.fail("two writers at once")
    assert len(messages) == 1 and str(folder) in messages[0]


def test_a_lock_of_a_killed_process_is_free(locked_folder) -> None:
    folder, other = locked_folder
    other.kill()
    other.wait()
    with exclusive_lock(folder, wait=5):
        pass


def test_waiting_ends_when_the_other_does(locked_folder) -> None:
    folder, other = locked_folder
    other.stdin.close()
    with exclusive_lock(folder, wait=20):
        pass
