"""Small notebooks that go wrong in the known ways."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from haochaping.core.errors import InputRefused
from haochaping.pipeline import run_notebook as module
from haochaping.pipeline.kernel import running_kernel
from haochaping.pipeline.run_notebook import BackgroundTask, NotebookFailed
from tests.pipeline.run_in_new_kernel import run_in_new_kernel

pytestmark = pytest.mark.slow


def notebook(folder: Path, *code: str, kernel: str = "python3") -> Path:
    cells = [new_code_cell('QUARTER = "2022Q4"', metadata={"tags": ["parameters"]})]
    for number, source in enumerate(code, start=1):
        cells += [new_markdown_cell(f"## 第{number}节"), new_code_cell(source)]
    path = folder / "small.ipynb"
    metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def run(folder: Path, *code: str, parameters: dict[str, str] | None = None, kernel: str = "python3"):
    parameters = {"QUARTER": "2023Q1"} if parameters is None else parameters
    return run_in_new_kernel(notebook(folder, *code, kernel=kernel), folder / "out.ipynb", parameters, folder)


def texts(executed) -> Sequence[str]:
    return [
        "".join(out.get("text", "") for out in cell.outputs)
        for cell in executed.cells
        if cell.cell_type == "code"
    ]


def test_the_parameter_arrives_as_text(tmp_path: Path) -> None:
    assert texts(run(tmp_path, "print(repr(QUARTER))"))[-1] == "'2023Q1'\n"


def test_a_folder_may_be_named_as_it_likes(tmp_path: Path) -> None:
    folder = tmp_path / "{QUARTER} {} 二"
    folder.mkdir()
    run(folder, "1")
    assert (folder / "out.ipynb").exists()


@pytest.mark.parametrize("given", [{}, {"QUARTR": "2022Q4"}, {"QUARTER": "2022Q4", "MORE": "1"}])
def test_unknown_or_missing_parameters_are_refused(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(InputRefused, match="参数"):
        run(tmp_path, "1/0", parameters=given)


def test_the_kernel_is_this_python_whatever_the_notebook_names(tmp_path: Path) -> None:
    executed = run(
        tmp_path, "import sys, os\nprint(sys.executable, os.getcwd(), sep='|')", kernel="some-other"
    )
    assert texts(executed)[-1].strip() == f"{sys.executable}|{tmp_path}"


def test_a_kernel_of_another_environment_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haochaping.pipeline import kernel

    monkeypatch.setattr(
        kernel, "runtime_identity", lambda pid: os.pathsep.join((str(pid), "/elsewhere", "/x"))
    )
    with pytest.raises(NotebookFailed, match="没有应答"):
        run(tmp_path, "1")
    assert "两者应当相同" in (tmp_path / "kernel.log").read_text(encoding="utf-8")


def test_an_error_names_heading_cell_and_last_line(tmp_path: Path) -> None:
    with pytest.raises(NotebookFailed) as failed:
        run(tmp_path, "1", "def f():\n    raise ValueError('一\\n二')\nf()", "print('never')")
    assert "“第2节”一节，第 4 个代码格：二" in str(failed.value)
    assert failed.value.notebook.cells[-1].execution_count is None
    assert any(
        out.output_type == "error" for cell in failed.value.notebook.cells for out in cell.get("outputs", [])
    )


def test_a_cell_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CELL_SECONDS", 1)
    with pytest.raises(NotebookFailed, match="“第1节”一节，第 3 个代码格运行超过 1 秒"):
        run(tmp_path, "while True: pass")


def test_a_kernel_that_ends_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotebookFailed, match="内核在“第1节”一节"):
        run(tmp_path, "import os\nos._exit(9)")


def test_a_kernel_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_SECONDS", 1)
    with running_kernel({}, tmp_path) as kernel:
        os.kill(kernel.provisioner.process.pid, signal.SIGSTOP)
        with pytest.raises(NotebookFailed, match="没有应答"):
            module.run_notebook(
                notebook(tmp_path, "1"), tmp_path / "out.ipynb", {"QUARTER": "2022Q4"}, kernel
            )


def test_a_killed_kernel_is_seen_from_outside(tmp_path: Path) -> None:
    with running_kernel({}, tmp_path) as kernel:
        running = BackgroundTask(
            lambda: module.run_notebook(
                notebook(tmp_path, "import time\ntime.sleep(600)"),
                tmp_path / "out.ipynb",
                {"QUARTER": "2022Q4"},
                kernel,
            )
        )
        with pytest.raises(NotebookFailed):
            running.result(6, kernel.end_kernel)


def test_the_outer_clock_tells_what_does_not_end_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)
    gave_up: list[bool] = []
    release = threading.Event()
    with pytest.raises(TimeoutError):
        BackgroundTask(release.wait).result(0.1, lambda: gave_up.append(True))
    release.set()
    assert gave_up == [True]


START_AND_HANG = """
import sys, time
from pathlib import Path
from haochaping.pipeline.kernel import running_kernel
with running_kernel({}, Path(sys.argv[1])) as kernel:
    print(kernel.provisioner.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the system kills the child on Linux only")
def test_the_kernel_dies_with_its_runner(tmp_path: Path) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-c", START_AND_HANG, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert runner.stdout
    pid = int(runner.stdout.readline())
    time.sleep(2)
    runner.kill()
    runner.communicate()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    pytest.fail("the kernel is still there")
