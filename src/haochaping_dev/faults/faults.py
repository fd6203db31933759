"""Runs that are killed, starved of disk or raced: is what was published still whole?

``make faults`` prints the table that stands in ``docs/reliability.md``. After each fault the published folder must be
the old one or the new one, by the hashes of its manifest; no process of the run may be left; the next command must
leave nothing half done. Needs Linux; disk-full and read-only need to be root (mount namespaces), the clock needs
libfaketime.
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
_MARK = "HAOCHAPING_FAULTS"
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
_LONGEST_SECONDS = 300
_FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
_ENDS_SECONDS = 5
"""How long processes of a run that has ended may take to be gone."""


@dataclass(frozen=True)
class FaultResult:
    """What one fault ended in; blank texts are good."""

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
    """A data and an output root of one's own, with a quarter published, that faults are tried on."""

    def __init__(self, root: Path, quarter: str, random_: random.Random):
        self.root, self.quarter, self._random = root, quarter, random_
        self.data, self.output = root / "data", root / "output"
        for part in ("raw", "reference"):
            shutil.copytree(project_root() / "data" / part, self.data / part)
        self._version = 0
        started = time.perf_counter()
        self.change()
        self.finish()
        self.usual = time.perf_counter() - started

    @property
    def published(self) -> Path:
        return self.output / self.quarter

    def change(self) -> None:
        """Make the published folder stale: the analyst's notes say something else."""
        self._version += 1
        notes = self.data / "raw" / self.quarter / "notes.md"
        notes.write_text(f"## 总体情况\n\n说明之{'一' * self._version}。\n", encoding="utf-8")

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """A run of the quarter, marked so that whatever it starts can be found."""
        return subprocess.Popen(
            _command("quarter", self.data, self.output, self.quarter),
            env={**os.environ, _MARK: str(self.root), **variables},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def finish(self) -> None:
        """A run that nobody disturbs."""
        run = self.start()
        _, said = run.communicate(timeout=_LONGEST_SECONDS)
        if run.returncode:
            raise RuntimeError(said)

    def moment(self) -> float:
        """Some time within a run, or just after it."""
        return self._random.uniform(0, 1.1) * self.usual

    def key(self) -> str:
        """What is published, by its inputs."""
        return str(read_manifest(self.published)["key"])


def _command(name: str, data: Path, output: Path, *rest: str) -> list[str]:
    return [sys.executable, "-m", "haochaping", name, "--data", str(data), "--output", str(output), *rest]


def whole(published: Path) -> str:
    """What is wrong with a published folder; blank when it is what its manifest says, no more and no less."""
    try:
        manifest = read_manifest(published)
    except (OSError, ValueError) as error:
        return f"no manifest: {error}"
    files = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    more = files - {*manifest["outputs"], MANIFEST, RUN_LOG}
    return "; ".join([*altered_files(published, manifest), *sorted(more)])


def _processes(ground: ProjectCopy) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == str(ground.root) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _left_running(ground: ProjectCopy) -> str:
    until = time.monotonic() + _ENDS_SECONDS
    while (left := _processes(ground)) and time.monotonic() < until:
        time.sleep(0.1)
    told = "; ".join(str(process.pid) for process in left)
    for process in left:
        process.kill()
    return told


def _kernel(ground: ProjectCopy) -> psutil.Process | None:
    for process in _processes(ground):
        try:
            if "haochaping.pipeline.kernel_process" in process.cmdline():
                return process
        except psutil.Error:
            continue
    return None


def _disturb(ground: ProjectCopy, kind: str) -> tuple[float, str]:
    """Start a run, do what `kind` says at some moment; the moment, and what the runs said."""
    moment = ground.moment()
    variables = {}
    if kind.startswith("clock"):
        variables = {"LD_PRELOAD": str(_FAKETIME), "FAKETIME": "-30d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    runs = [ground.start(**variables) for _ in range(2 if kind.startswith("two") else 1)]
    if kind != "two runs at once":
        time.sleep(moment)
        _strike(ground, kind, runs[0])
    said = [run.communicate(timeout=_LONGEST_SECONDS)[1] for run in runs]
    return moment, "\n".join(said)


def _strike(ground: ProjectCopy, kind: str, run: subprocess.Popen[str]) -> None:
    if kind.startswith("kernel"):
        kernel = _kernel(ground)
        if kernel is not None:
            kernel.kill()
    elif run.poll() is None:
        number = {"Ctrl-C": signal.SIGINT, "asked": signal.SIGTERM}.get(kind.split(" ")[0], signal.SIGKILL)
        run.send_signal(number)


def _mounted(ground: ProjectCopy, kind: str) -> tuple[float, str]:
    """The same inside a mount namespace: output on a full or a read-only file system."""
    size = sum(path.stat().st_size for path in ground.published.rglob("*") if path.is_file())
    room = int(size * random.Random(ground.key()).uniform(1.05, 2.1))
    output = ground.output
    mount = f"mount -t tmpfs -o size={room} tmpfs {output} && cp -a {ground.root}/kept/. {output}"
    if kind == "output read-only":
        mount = f"mount --bind {output} {output} && mount -o remount,bind,ro {output}"
    kept = ground.root / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(output, kept)
    run = " ".join(_command("quarter", ground.data, output, ground.quarter))
    look = f"{sys.executable} -m haochaping_dev.faults.faults --look {output / ground.quarter}"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount}; {run}; {look}"],
        env={**os.environ, _MARK: str(ground.root)},
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    return room / size, f"{done.stderr}\n{done.stdout}"


def _try(ground: ProjectCopy, kind: str) -> FaultResult:
    before = ground.key()
    ground.change()
    in_namespace = kind in ("disk full", "output read-only")
    moment, said = _mounted(ground, kind) if in_namespace else _disturb(ground, kind)
    running = _left_running(ground)
    broken = said.rpartition("looked:")[2].strip() if in_namespace else whole(ground.published)
    state = "old" if ground.key() == before else "new"
    after = subprocess.run(
        _command("index", ground.data, ground.output), capture_output=True, text=True, check=False
    )
    names = [path.name for path in ground.output.iterdir()] + [
        path.name for path in (ground.data / "tidy").iterdir()
    ]
    left = [name for name in names if name.endswith((".new", ".old", ".part"))]
    broken = broken or whole(ground.published) or ("" if after.returncode == 0 else after.stderr)
    traces = [line for line in f"{said}\n{after.stderr}".splitlines() if line.startswith("Traceback")]
    return FaultResult(kind, moment, state, broken, running, "; ".join(left), "; ".join(traces))


def _share(root: Path, quarter: str, kinds: list[str], seed: int) -> list[FaultResult]:
    """One worker's faults, one after the other; now and then a run is let through."""
    root.mkdir(parents=True)
    ground = ProjectCopy(root, quarter, random.Random(seed))
    results = []
    for kind in kinds:
        result = _try(ground, kind)
        results.append(result)
        if not result.is_good:
            print(json.dumps(asdict(result), ensure_ascii=False), file=sys.stderr, flush=True)
    ground.change()
    ground.finish()
    if whole(ground.published):
        results.append(FaultResult("undisturbed at the end", 0, "new", whole(ground.published)))
    return results


def kinds_of(runs: int, seed: int, without: Mapping[str, str]) -> list[str]:
    """So many kinds of fault, in the proportions above, shuffled; `without` are those that cannot be had here."""
    weights = {kind: weight for kind, weight in _WEIGHTS.items() if kind not in without}
    whole_weight = sum(weights.values())
    kinds = [kind for kind, weight in weights.items() for _ in range(round(runs * weight / whole_weight))]
    made = random.Random(seed)
    while len(kinds) < runs:
        kinds.append(made.choice(list(weights)))
    made.shuffle(kinds)
    return kinds[:runs]


def missing() -> dict[str, str]:
    """Kinds of fault that cannot be made here, and why."""
    reasons = {}
    if not _FAKETIME.exists():
        reasons["clock a month back, runner killed"] = "libfaketime is not installed"
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        reasons |= dict.fromkeys(("disk full", "output read-only"), "needs root and unshare")
    return reasons


def main() -> None:
    """Print one line a kind of fault; exit 1 if anything was broken, left running or left over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quarter", default="2022Q4")
    parser.add_argument("--only", default="", help="faults whose name begins so")
    parser.add_argument("--look", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look:
        print(f"looked:{whole(options.look)}")
        return
    # a shell that starts this in the background has Ctrl-C ignored, and whatever is started would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    without = missing()
    kinds = kinds_of(options.runs, options.seed, without)
    kinds = [kind for kind in kinds if kind.startswith(options.only)]
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(options.jobs) as pool:
        shares = [
            pool.submit(
                _share,
                Path(folder).resolve() / str(job),
                options.quarter,
                kinds[job :: options.jobs],
                options.seed + job,
            )
            for job in range(options.jobs)
        ]
        results = [result for share in shares for result in share.result()]
    _report(results, without)
    sys.exit(any(not result.is_good for result in results))


def _report(results: list[FaultResult], without: Mapping[str, str]) -> None:
    print("| fault | runs | old stayed | new there | not whole | left running | left over | traceback |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in [*dict.fromkeys(result.kind for result in results)]:
        _line(kind, [result for result in results if result.kind == kind])
    _line("**all**", results)
    for kind, why in without.items():
        print(f"\nNot tried: {kind} ({why}).")


def _line(kind: str, results: list[FaultResult]) -> None:
    states = Counter(result.state for result in results)
    bad = [
        sum(bool(getattr(result, name)) for result in results)
        for name in ("broken", "left_running", "left_over", "traceback")
    ]
    print(f"| {kind} | {len(results)} | {states['old']} | {states['new']} | {' | '.join(map(str, bad))} |")


if __name__ == "__main__":
    main()
