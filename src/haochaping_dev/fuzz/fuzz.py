"""What the reader does with anything: bent inputs whose meaning is known, and noise.

``make fuzz`` prints the table that stands in ``docs/reliability.md`` and ends with 1 when an input was misread,
raised anything but a refusal, took over five seconds or too much memory. Such an input is kept, with the
command that makes it again.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from haochaping.core.errors import InputRefused
from haochaping_dev.fuzz.input_kinds import RECIPES, case, drawn, read

SECONDS = 5
"""Processor time that one input may take."""
PATIENCE = 30
"""Seconds after which a worker that says nothing is ended: a hang, whatever the machine's load."""
MEGABYTES = 900
"""Peak memory that a process may take for one input; the libraries alone take some 200."""
ADDRESS_SPACE = 6_000_000_000
AS_EXPECTED, READ, REFUSED, WRONG, TRACEBACK, SLOW = (
    "as expected",
    "read",
    "refused",
    "wrong",
    "traceback",
    "slow",
)
BAD = (WRONG, TRACEBACK, SLOW)


@dataclass
class FuzzResult:
    """How one input ended."""

    number: int
    form: str
    family: str
    outcome: str
    seconds: float = 0.0
    megabytes: int = 0
    detail: str = ""


@dataclass
class OutcomeTally:
    """Inputs of one form and family by their outcome."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slow: int = 0
    seconds: float = 0.0
    megabytes: int = 0

    def add(self, result: FuzzResult) -> None:
        self.outcomes[result.outcome] += 1
        self.slow += result.seconds > SECONDS
        self.seconds = max(self.seconds, result.seconds)
        self.megabytes = max(self.megabytes, result.megabytes)


# --- one input ---------------------------------------------------------------------------------------------


def try_one(seed: int, number: int, folder: Path) -> FuzzResult:
    """Make input `number` in `folder` and read it."""
    recipe, mutated = case(seed, number)
    for old in folder.iterdir():
        old.unlink()
    for name, content in mutated.files.items():
        (folder / name).write_bytes(content)
    _forget_peak()
    before = time.process_time()
    outcome, detail = READ, ""
    try:
        found = read(recipe.form, folder)
        if not recipe.noisy:
            outcome = AS_EXPECTED if mutated.holds(found) else WRONG
            detail = f"{mutated.family}\n{_difference(found, mutated.allowed)}" if outcome == WRONG else ""
    except InputRefused:
        outcome = REFUSED
    except BaseException:
        outcome, detail = TRACEBACK, traceback.format_exc()
    seconds = time.process_time() - before
    return FuzzResult(number, recipe.form, recipe.family, outcome, seconds, _peak(), detail)


def _difference(found: dict[str, Any], allowed: Sequence[dict[str, Any]]) -> str:
    if not allowed:
        return "only a refusal was right"
    lines = []
    for name, part in found.items():
        one, two = (list(p.items()) if isinstance(p, dict) else list(p) for p in (part, allowed[0][name]))
        if one != two:
            lines += [
                name,
                *(f"  read  {x}" for x in one if x not in two),
                *(f"  right {x}" for x in two if x not in one),
            ]
    return "\n".join(lines)


def _forget_peak() -> None:
    with contextlib.suppress(OSError):  # the peak is then that of the process so far
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Megabytes this process took at most since :func:`_forget_peak`; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


# --- many, in processes of their own -----------------------------------------------------------------------


def _work(pipe: Connection, seed: int, numbers: Sequence[int]) -> None:
    """Try inputs one after another and tell how each ended; runs in a process of its own."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    except (ImportError, ValueError, OSError):
        pass  # no such limit here: the peak is measured all the same
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            pipe.send(try_one(seed, number, Path(folder)))
    pipe.close()


@dataclass
class _Worker:
    """A process and what is left for it to do."""

    seed: int
    numbers: list[int]
    process: Any = None
    pipe: Any = None
    heard: float = 0.0

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(theirs, self.seed, self.numbers), daemon=True)
        self.process.start()
        theirs.close()
        self.heard = time.monotonic()

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def lost(self, outcome: str, detail: str) -> FuzzResult:
        """The input that the process did not come back from."""
        number = self.numbers.pop(0)
        recipe, _ = drawn(self.seed, number)
        seconds = float(PATIENCE) if outcome == SLOW else 0.0
        return FuzzResult(number, recipe.form, recipe.family, outcome, seconds, detail=detail)


def try_all(seed: int, numbers: Sequence[int], jobs: int) -> Iterator[FuzzResult]:
    """How every input ended, in processes that are started again after one that hangs or dies."""
    workers = [_Worker(seed, list(numbers[k::jobs])) for k in range(jobs)]
    running = [worker for worker in workers if worker.numbers]
    for worker in running:
        worker.start()
    while running:
        ready = set(wait([worker.pipe for worker in running], timeout=1))
        for worker in list(running):
            result = None
            if worker.pipe in ready:
                try:
                    result = worker.pipe.recv()
                    worker.numbers.pop(0)
                    worker.heard = time.monotonic()
                except (EOFError, OSError):
                    worker.stop()
                    result = worker.lost(TRACEBACK, "the process died") if worker.numbers else None
                    _again(worker, running)
            elif time.monotonic() - worker.heard > PATIENCE:
                worker.stop()
                result = worker.lost(SLOW, f"no answer within {PATIENCE} s")
                _again(worker, running)
            if result:
                yield result


def _again(worker: _Worker, running: list[_Worker]) -> None:
    if worker.numbers:
        worker.start()
    else:
        running.remove(worker)


# --- what is told ------------------------------------------------------------------------------------------


def table(tallies: dict[tuple[str, str], OutcomeTally]) -> str:
    """The Markdown table, in the order of the recipes, with a sum at the end."""
    lines = [
        "| format | mutation | inputs | as expected | refused | wrong model | traceback | over 5 s | slowest, s | peak, MB |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    whole = OutcomeTally()
    for recipe in RECIPES:
        tally = tallies.get((recipe.form, recipe.family))
        if tally:
            lines.append(
                _line(recipe.form, recipe.family + (" (any reading)" if recipe.noisy else ""), tally)
            )
            whole.outcomes += tally.outcomes
            whole.slow += tally.slow
            whole.seconds = max(whole.seconds, tally.seconds)
            whole.megabytes = max(whole.megabytes, tally.megabytes)
    return "\n".join([*lines, _line("**all**", "", whole)])


def _line(form: str, family: str, tally: OutcomeTally) -> str:
    count = tally.outcomes
    cells = [
        sum(count.values()),
        count[AS_EXPECTED] + count[READ],
        count[REFUSED],
        count[WRONG],
        count[TRACEBACK],
    ]
    numbers = " | ".join(f"{cell:,}" for cell in [*cells, tally.slow])
    return f"| {form} | {family} | {numbers} | {tally.seconds:.1f} | {tally.megabytes} |"


def keep(result: FuzzResult, seed: int, folder: Path) -> Path:
    """Write an offending input with what went wrong and how to make it again."""
    place = folder / f"{seed}-{result.number}"
    place.mkdir(parents=True, exist_ok=True)
    _, mutated = case(seed, result.number)
    for name, content in mutated.files.items():
        (place / name).write_bytes(content)
    again = f"python -m haochaping_dev.fuzz.fuzz --seed {seed} --only {result.number}"
    why = f"{result.form}, {result.family}: {result.outcome}, {result.seconds:.1f} s, {result.megabytes} MB"
    (place / "why.txt").write_text(f"{again}\n{why}\n{result.detail}\n", encoding="utf-8")
    return place


def is_bad(result: FuzzResult) -> bool:
    """Whether an input ended as none may end."""
    return result.outcome in BAD or result.seconds > SECONDS or result.megabytes > MEGABYTES


def run(numbers: Sequence[int], seed: int, jobs: int, folder: Path) -> int:
    """Try the inputs with these numbers, print the table, keep what went wrong; 1 if anything did."""
    tallies: dict[tuple[str, str], OutcomeTally] = defaultdict(OutcomeTally)
    bad = done = 0
    begun = time.monotonic()
    with contextlib.suppress(KeyboardInterrupt):  # the table of what was tried is told all the same
        for result in try_all(seed, numbers, jobs):
            tallies[result.form, result.family].add(result)
            done += 1
            if is_bad(result):
                bad += 1
                place = keep(result, seed, folder)
                print(f"{result.form}, {result.family}: {result.outcome}; kept in {place}", file=sys.stderr)
            if done % 2000 == 0:
                print(f"{done} of {len(numbers)}, {time.monotonic() - begun:.0f} s", file=sys.stderr)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "table.md").write_text(table(tallies) + "\n", encoding="utf-8")
    print(table(tallies))
    print(f"\n{done:,} inputs, seed {seed}, {jobs} processes, {time.monotonic() - begun:.0f} s; {bad} bad")
    return 1 if bad else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of ``make fuzz``."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument(
        "--first", type=int, default=0, help="the first of them, to go on after an interruption"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="this input alone")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "haochaping-fuzz")
    given = parser.parse_args(arguments)
    numbers = range(given.first, given.inputs) if given.only is None else [given.only]
    return run(numbers, given.seed, given.jobs, given.keep)


if __name__ == "__main__":
    sys.exit(main())
