"""Kill runs, fill the disk under them or let two compete: is the published folder still intact?

``make faults`` prints the table of ``docs/reliability.md``. After each fault the published folder must be the old or
the new one, complete by the hashes of its manifest; no process of the run may be left; the next command must clean up
unfinished files. Needs Linux; a full and a read-only disk need root (mount namespaces), the clock needs libfaketime.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from haochaping.core.paths import project_root
from haochaping.outputs.published.file_names import MANIFEST, RUN_LOG
from haochaping.pipeline.manifest import altered_files, read_manifest

RUNS = 200
_MARK_VARIABLE = "HAOCHAPING_FAULTS"
_WEIGHTS = {
    "runner killed (SIGKILL)": 60,
    "kernel killed (SIGKILL)": 40,
    "Ctrl-C (SIGINT)": 25,
    "asked to end (SIGTERM)": 15,
    "two runs at once": 15,
    "two runs at once, one killed": 15,
    "disk full": 15,
    "output read-only": 5,
    "clock a month back, runner killed": 10,
}
_MAX_RUN_SECONDS = 300
_FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
_SHIFTED_CLOCK = {"LD_PRELOAD": str(_FAKETIME), "FAKETIME": "-30d"}
"""With FAKETIME_DONT_FAKE_MONOTONIC no run ended: waits with a limit mix both clocks, and every killed run was "old"."""
_MAX_EXIT_SECONDS = 5
"""How long the processes of a run may take to exit after it has ended."""


@dataclass(frozen=True)
class FaultResult:
    """The outcome of one fault.

    ``moment`` is when it was injected, in seconds after the start of the run (for a full or read-only disk, the disk's
    size relative to the output); ``state`` is ``old`` or ``new``. The other texts are problems and empty if all is well.
    """

    kind: str
    moment: float
    state: str
    broken: str = ""
    left_running: str = ""
    left_over: str = ""
    traceback: str = ""

    @property
    def is_good(self) -> bool:
        return not (self.broken or self.left_running or self.left_over or self.traceback)


class ProjectCopy:
    """A data and an output root with a published quarter, to try faults on."""

    def __init__(self, root: Path, quarter: str, rng: random.Random):
        self.root, self.quarter, self._random = root, quarter, rng
        self.data, self.output = root / "data", root / "output"
        for part in ("raw", "reference"):
            shutil.copytree(project_root() / "data" / part, self.data / part)
        self._version = 0
        started = time.perf_counter()
        self.change()
        self.finish()
        self.usual_seconds = time.perf_counter() - started

    @property
    def published(self) -> Path:
        return self.output / self.quarter

    def change(self) -> None:
        """Make the published folder outdated by changing the analyst's notes."""
        self._version += 1
        notes = self.data / "raw" / self.quarter / "notes.md"
        notes.write_text(f"## 总体情况\n\n说明之{'一' * self._version}。\n", encoding="utf-8")

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """Start a run of the quarter; an environment variable marks every process that it starts."""
        return subprocess.Popen(
            _command("quarter", self.data, self.output, self.quarter),
            env={**os.environ, _MARK_VARIABLE: str(self.root), **variables},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def finish(self) -> None:
        """Run without a fault and wait for the end."""
        run = self.start()
        _, stderr = run.communicate(timeout=_MAX_RUN_SECONDS)
        if run.returncode:
            raise RuntimeError(stderr)

    def moment(self) -> float:
        """Draw a moment within a run or just after it, in seconds after its start."""
        return self._random.uniform(0, 1.1) * self.usual_seconds

    def key(self) -> str:
        """Return the key (of the inputs) of what is published."""
        return str(read_manifest(self.published)["key"])


def _command(name: str, data: Path, output: Path, *rest: str) -> list[str]:
    return [sys.executable, "-m", "haochaping", name, "--data", str(data), "--output", str(output), *rest]


def published_folder_problems(published: Path) -> str:
    """Say what is wrong with a published folder; empty if it holds exactly what its manifest lists."""
    try:
        manifest = read_manifest(published)
    except (OSError, ValueError) as error:
        return f"no manifest: {error}"
    files = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    unlisted = files - {*manifest["outputs"], MANIFEST, RUN_LOG}
    return "; ".join([*altered_files(published, manifest), *sorted(unlisted)])


def _processes(project: ProjectCopy) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if (
                process.environ().get(_MARK_VARIABLE) == str(project.root)
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _kill_leftovers(project: ProjectCopy) -> str:
    """Wait for the processes of a run to exit, kill those that do not, and return their ids."""
    until = time.monotonic() + _MAX_EXIT_SECONDS
    while (leftovers := _processes(project)) and time.monotonic() < until:
        time.sleep(0.1)
    process_ids = "; ".join(str(process.pid) for process in leftovers)
    for process in leftovers:
        process.kill()
    return process_ids


def _find_kernel(project: ProjectCopy) -> psutil.Process | None:
    for process in _processes(project):
        try:
            if "haochaping.pipeline.kernel_process" in process.cmdline():
                return process
        except psutil.Error:
            continue
    return None


def _run_with_fault(project: ProjectCopy, kind: str) -> tuple[float, str]:
    """Start a run and inject a fault of `kind` at a random moment; return the moment and the standard error."""
    moment = project.moment()
    runs = [
        project.start(**(_SHIFTED_CLOCK if kind.startswith("clock") else {}))
        for _ in range(2 if kind.startswith("two") else 1)
    ]
    if kind != "two runs at once":
        time.sleep(moment)
        _inject_fault(project, kind, runs[0])
    stderr = [run.communicate(timeout=_MAX_RUN_SECONDS)[1] for run in runs]
    return moment, "\n".join(stderr)


def _inject_fault(project: ProjectCopy, kind: str, run: subprocess.Popen[str]) -> None:
    if kind.startswith("kernel"):
        kernel = _find_kernel(project)
        if kernel is not None:
            kernel.kill()
    elif run.poll() is None:
        number = {"Ctrl-C": signal.SIGINT, "asked": signal.SIGTERM}.get(kind.split(" ")[0], signal.SIGKILL)
        run.send_signal(number)


def _run_in_mount_namespace(project: ProjectCopy, kind: str) -> tuple[float, str]:
    """Run inside a mount namespace with the output on a full or read-only file system.

    Return the size of the file system relative to the output, and standard error with the check's result.
    """
    size = sum(path.stat().st_size for path in project.published.rglob("*") if path.is_file())
    disk_bytes = int(size * random.Random(project.key()).uniform(1.05, 2.1))
    output = project.output
    mount = f"mount -t tmpfs -o size={disk_bytes} tmpfs {output} && cp -a {project.root}/kept/. {output}"
    if kind == "output read-only":
        mount = f"mount --bind {output} {output} && mount -o remount,bind,ro {output}"
    saved_output = project.root / "kept"
    shutil.rmtree(saved_output, ignore_errors=True)
    shutil.copytree(output, saved_output)
    run = " ".join(_command("quarter", project.data, output, project.quarter))
    check_command = f"{sys.executable} -m haochaping_dev.faults.faults --look {output / project.quarter}"
    completed = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount}; {run}; {check_command}"],
        env={**os.environ, _MARK_VARIABLE: str(project.root)},
        capture_output=True,
        text=True,
        timeout=_MAX_RUN_SECONDS,
        check=False,
    )
    return disk_bytes / size, f"{completed.stderr}\n{completed.stdout}"


def _try_fault(project: ProjectCopy, kind: str) -> FaultResult:
    before = project.key()
    project.change()
    in_namespace = kind in ("disk full", "output read-only")
    moment, stderr = (
        _run_in_mount_namespace(project, kind) if in_namespace else _run_with_fault(project, kind)
    )
    left_running = _kill_leftovers(project)
    broken = (
        stderr.rpartition("looked:")[2].strip()
        if in_namespace
        else published_folder_problems(project.published)
    )
    state = "old" if project.key() == before else "new"
    index_run = subprocess.run(
        _command("index", project.data, project.output), capture_output=True, text=True, check=False
    )
    names = [path.name for path in project.output.iterdir()] + [
        path.name for path in (project.data / "tidy").iterdir()
    ]
    leftovers = [name for name in names if name.endswith((".new", ".old", ".part"))]
    broken = (
        broken
        or published_folder_problems(project.published)
        or ("" if index_run.returncode == 0 else index_run.stderr)
    )
    traces = [line for line in f"{stderr}\n{index_run.stderr}".splitlines() if line.startswith("Traceback")]
    return FaultResult(kind, moment, state, broken, left_running, "; ".join(leftovers), "; ".join(traces))


def _end_under_shifted_clock(project: ProjectCopy) -> FaultResult:
    """An undisturbed run under the shifted clock: unless it ends and publishes, a killed one proves nothing."""
    before = project.key()
    project.change()
    run = project.start(**_SHIFTED_CLOCK)
    _, stderr = run.communicate(timeout=_MAX_RUN_SECONDS)
    state = "old" if project.key() == before else "new"
    broken = published_folder_problems(project.published)
    if run.returncode or state == "old":
        broken = f"ended with {run.returncode}, {state} output: {stderr.strip()[-300:]}"
    return FaultResult("clock a month back, undisturbed", 0, state, broken)


def _run_share(root: Path, quarter: str, kinds: list[str], seed: int) -> list[FaultResult]:
    """Try the faults of one worker, one after the other, and at last let a run go through."""
    root.mkdir(parents=True)
    project = ProjectCopy(root, quarter, random.Random(seed))
    results = []
    for kind in kinds:
        result = _try_fault(project, kind)
        results.append(result)
        if not result.is_good:
            print(json.dumps(asdict(result), ensure_ascii=False), file=sys.stderr, flush=True)
    if any(kind.startswith("clock") for kind in kinds):
        results.append(_end_under_shifted_clock(project))
    project.change()
    project.finish()
    if published_folder_problems(project.published):
        results.append(
            FaultResult("undisturbed at the end", 0, "new", published_folder_problems(project.published))
        )
    return results


def draw_kinds(runs: int, seed: int, unavailable: Mapping[str, str]) -> list[str]:
    """Draw `runs` kinds of fault in the proportions of `_WEIGHTS`, without the `unavailable` ones, shuffled."""
    weights = {kind: weight for kind, weight in _WEIGHTS.items() if kind not in unavailable}
    total_weight = sum(weights.values())
    kinds = [kind for kind, weight in weights.items() for _ in range(round(runs * weight / total_weight))]
    rng = random.Random(seed)
    while len(kinds) < runs:
        kinds.append(rng.choice(list(weights)))
    rng.shuffle(kinds)
    return kinds[:runs]


def unavailable_kinds() -> dict[str, str]:
    """Return the kinds of fault that cannot be produced on this machine, and why."""
    reasons = {}
    if not _FAKETIME.exists():
        reasons["clock a month back, runner killed"] = "libfaketime is not installed"
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        reasons |= dict.fromkeys(("disk full", "output read-only"), "needs root and unshare")
    return reasons


def main() -> None:
    """Print one line for each kind of fault; exit with 1 if anything was broken, left running or left over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quarter", default="2022Q4")
    parser.add_argument("--only", default="", help="faults whose name begins so")
    parser.add_argument("--look", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look:
        print(f"looked:{published_folder_problems(options.look)}")
        return
    # Started in the background by a shell, this process ignores Ctrl-C, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unavailable = unavailable_kinds()
    kinds = draw_kinds(options.runs, options.seed, unavailable)
    kinds = [kind for kind in kinds if kind.startswith(options.only)]
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(options.jobs) as pool:
        shares = [
            pool.submit(
                _run_share,
                Path(folder).resolve() / str(job),
                options.quarter,
                kinds[job :: options.jobs],
                options.seed + job,
            )
            for job in range(options.jobs)
        ]
        results = [result for share in shares for result in share.result()]
    _print_table(results, unavailable)
    sys.exit(any(not result.is_good for result in results))


def _print_table(results: list[FaultResult], unavailable: Mapping[str, str]) -> None:
    print("| fault | runs | old stayed | new there | not whole | left running | left over | traceback |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in [*dict.fromkeys(result.kind for result in results)]:
        _print_row(kind, [result for result in results if result.kind == kind])
    _print_row("**all**", results)
    for kind, why in unavailable.items():
        print(f"\nNot tried: {kind} ({why}).")


def _print_row(kind: str, results: list[FaultResult]) -> None:
    states = Counter(result.state for result in results)
    bad_counts = [
        sum(bool(getattr(result, name)) for result in results)
        for name in ("broken", "left_running", "left_over", "traceback")
    ]
    print(
        f"| {kind} | {len(results)} | {states['old']} | {states['new']} | {' | '.join(map(str, bad_counts))} |"
    )


if __name__ == "__main__":
    main()
