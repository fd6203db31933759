"""Fuzz the readers with mutated inputs whose meaning is known, and with noise.

``make fuzz`` prints the table that stands in ``docs/reliability.md`` and ends with 1 when an input was misread,
raised anything but a refusal, took over five seconds or too much memory. Such an input is saved, with the
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
from itertools import count, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from haochaping.core.errors import InputRefused
from haochaping_dev.fuzz.input_kinds import RECIPES, draw_recipe, make_input, read_input

MAX_SECONDS = 5
"""Processor seconds that one input may take."""
HANG_SECONDS = 30
"""Seconds after which a worker that sends no result is killed: it hangs, whatever the load of the machine."""
MAX_MEGABYTES = 900
"""Peak memory that a process may take for one input; the libraries alone take some 200 MB."""
MAX_ADDRESS_SPACE = 6_000_000_000
"""Bytes of address space of a worker, so that a runaway reader fails instead of exhausting the machine."""
AS_EXPECTED, READ, REFUSED, WRONG, TRACEBACK, SLOW = (
    "as expected",
    "read",
    "refused",
    "wrong",
    "traceback",
    "slow",
)
BAD_OUTCOMES = (WRONG, TRACEBACK, SLOW)


@dataclass
class FuzzResult:
    """The outcome of one input; `detail` is a traceback or a difference."""

    number: int
    input_format: str
    family: str
    outcome: str
    seconds: float = 0.0
    megabytes: int = 0
    detail: str = ""


@dataclass
class OutcomeTally:
    """Counts of the inputs of one format and family by outcome, and the largest time and memory."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slow: int = 0
    seconds: float = 0.0
    megabytes: int = 0

    def add(self, result: FuzzResult) -> None:
        self.outcomes[result.outcome] += 1
        self.slow += result.seconds > MAX_SECONDS
        self.seconds = max(self.seconds, result.seconds)
        self.megabytes = max(self.megabytes, result.megabytes)


# --- one input ---------------------------------------------------------------------------------------------


def try_input(seed: int, number: int, folder: Path) -> FuzzResult:
    """Make input `number` in `folder` and read it; files from earlier inputs are removed first."""
    recipe, mutated_input = make_input(seed, number)
    for earlier_file in folder.iterdir():
        earlier_file.unlink()
    for name, content in mutated_input.files.items():
        (folder / name).write_bytes(content)
    _reset_peak_memory()
    before = time.process_time()
    outcome, detail = READ, ""
    try:
        found = read_input(recipe.input_format, folder)
        if not recipe.is_noise:
            outcome = AS_EXPECTED if mutated_input.allows(found) else WRONG
            detail = (
                f"{mutated_input.family}\n{_difference(found, mutated_input.allowed)}"
                if outcome == WRONG
                else ""
            )
    except InputRefused as refusal:
        lacking = [text for text in mutated_input.refused_with if text not in refusal.message]
        outcome = WRONG if lacking else REFUSED
        detail = f"{mutated_input.family}\nrefused without {lacking}: {refusal.message}" if lacking else ""
    except BaseException:
        outcome, detail = TRACEBACK, traceback.format_exc()
    seconds = time.process_time() - before
    return FuzzResult(number, recipe.input_format, recipe.family, outcome, seconds, _peak_megabytes(), detail)


def _difference(found: dict[str, Any], allowed: Sequence[dict[str, Any]]) -> str:
    if not allowed:
        return "only a refusal was right"
    lines = []
    for name, part in found.items():
        found_items, allowed_items = (
            list(p.items()) if isinstance(p, dict) else list(p) for p in (part, allowed[0].get(name, []))
        )
        if found_items != allowed_items:
            lines += [
                name,
                *(f"  read  {x}" for x in found_items if x not in allowed_items),
                *(f"  right {x}" for x in allowed_items if x not in found_items),
            ]
    return "\n".join(lines)


def _reset_peak_memory() -> None:
    with contextlib.suppress(OSError):  # the peak is then that of the process so far
        Path("/proc/self/clear_refs").write_text("5")


def _peak_megabytes() -> int:
    """Return the peak memory in MB since :func:`_reset_peak_memory`; 0 if the system does not report it."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


# --- many, in processes of their own -----------------------------------------------------------------------


def _try_in_process(pipe: Connection, seed: int, numbers: Sequence[int]) -> None:
    """Run in a worker process: try inputs one after another and send each result through `pipe`."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    except (ImportError, ValueError, OSError):
        pass  # this system has no such limit; the peak is measured all the same
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            pipe.send(try_input(seed, number, Path(folder)))
    pipe.close()


@dataclass
class _Worker:
    """A process and the numbers of the inputs that it still has to try."""

    seed: int
    numbers: list[int]
    process: Any = None
    pipe: Any = None
    last_reply: float = 0.0

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, sender = context.Pipe(duplex=False)
        self.process = context.Process(
            target=_try_in_process, args=(sender, self.seed, self.numbers), daemon=True
        )
        self.process.start()
        sender.close()
        self.last_reply = time.monotonic()

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def lost_input(self, outcome: str, detail: str) -> FuzzResult:
        """Remove the input that the process was trying when it died or hung, and return its result."""
        number = self.numbers.pop(0)
        recipe, _ = draw_recipe(self.seed, number)
        seconds = float(HANG_SECONDS) if outcome == SLOW else 0.0
        return FuzzResult(number, recipe.input_format, recipe.family, outcome, seconds, detail=detail)


def try_inputs(seed: int, numbers: Sequence[int], jobs: int) -> Iterator[FuzzResult]:
    """Yield the result of every input; a worker process that hangs or dies is replaced by a new one."""
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
                    worker.last_reply = time.monotonic()
                except (EOFError, OSError):
                    worker.stop()
                    result = worker.lost_input(TRACEBACK, "the process died") if worker.numbers else None
                    _restart_or_remove(worker, running)
            elif time.monotonic() - worker.last_reply > HANG_SECONDS:
                worker.stop()
                result = worker.lost_input(SLOW, f"no answer within {HANG_SECONDS} s")
                _restart_or_remove(worker, running)
            if result:
                yield result


def _restart_or_remove(worker: _Worker, running: list[_Worker]) -> None:
    if worker.numbers:
        worker.start()
    else:
        running.remove(worker)


# --- report ------------------------------------------------------------------------------------------------


def markdown_table(tallies: dict[tuple[str, str], OutcomeTally]) -> str:
    """Return the Markdown table, in the order of the recipes, with a sum at the end."""
    lines = [
        "| format | mutation | inputs | as expected | refused | wrong model | traceback | over 5 s | slowest, s | peak, MB |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    sum_tally = OutcomeTally()
    for recipe in RECIPES:
        tally = tallies.get((recipe.input_format, recipe.family))
        if tally:
            lines.append(
                _line(
                    recipe.input_format, recipe.family + (" (any reading)" if recipe.is_noise else ""), tally
                )
            )
            sum_tally.outcomes += tally.outcomes
            sum_tally.slow += tally.slow
            sum_tally.seconds = max(sum_tally.seconds, tally.seconds)
            sum_tally.megabytes = max(sum_tally.megabytes, tally.megabytes)
    return "\n".join([*lines, _line("**all**", "", sum_tally)])


def _line(input_format: str, family: str, tally: OutcomeTally) -> str:
    count = tally.outcomes
    cells = [
        sum(count.values()),
        count[AS_EXPECTED] + count[READ],
        count[REFUSED],
        count[WRONG],
        count[TRACEBACK],
    ]
    numbers = " | ".join(f"{cell:,}" for cell in [*cells, tally.slow])
    return f"| {input_format} | {family} | {numbers} | {tally.seconds:.1f} | {tally.megabytes} |"


def save_input(result: FuzzResult, seed: int, folder: Path) -> Path:
    """Save a bad input with what went wrong and the command that makes it again; return its folder."""
    saved_folder = folder / f"{seed}-{result.number}"
    saved_folder.mkdir(parents=True, exist_ok=True)
    _, mutated_input = make_input(seed, result.number)
    for name, content in mutated_input.files.items():
        (saved_folder / name).write_bytes(content)
    command = f"python -m haochaping_dev.fuzz.fuzz --seed {seed} --only {result.number}"
    why = f"{result.input_format}, {result.family}: {result.outcome}, {result.seconds:.1f} s, {result.megabytes} MB"
    (saved_folder / "why.txt").write_text(f"{command}\n{why}\n{result.detail}\n", encoding="utf-8")
    return saved_folder


def is_bad(result: FuzzResult) -> bool:
    """Whether an input was misread, raised anything but a refusal, or took too much time or memory."""
    return result.outcome in BAD_OUTCOMES or result.seconds > MAX_SECONDS or result.megabytes > MAX_MEGABYTES


def run(numbers: Sequence[int], seed: int, jobs: int, folder: Path) -> int:
    """Try the inputs with these numbers, print the table, save bad inputs; return exit code 1 if there are any."""
    tallies: dict[tuple[str, str], OutcomeTally] = defaultdict(OutcomeTally)
    bad_count = done_count = 0
    started = time.monotonic()
    with contextlib.suppress(KeyboardInterrupt):  # after Ctrl-C the table of what was tried is still printed
        for result in try_inputs(seed, numbers, jobs):
            tallies[result.input_format, result.family].add(result)
            done_count += 1
            if is_bad(result):
                bad_count += 1
                saved_folder = save_input(result, seed, folder)
                print(
                    f"{result.input_format}, {result.family}: {result.outcome}; kept in {saved_folder}",
                    file=sys.stderr,
                )
            if done_count % 2000 == 0:
                print(f"{done_count} of {len(numbers)}, {time.monotonic() - started:.0f} s", file=sys.stderr)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "table.md").write_text(markdown_table(tallies) + "\n", encoding="utf-8")
    print(markdown_table(tallies))
    print(
        f"\n{done_count:,} inputs, seed {seed}, {jobs} processes, {time.monotonic() - started:.0f} s; {bad_count} bad"
    )
    return 1 if bad_count else 0


def _numbers_of(family: str, options: argparse.Namespace) -> list[int]:
    if family not in {recipe.family for recipe in RECIPES}:
        raise SystemExit(f"no family {family!r}; there are {sorted({recipe.family for recipe in RECIPES})}")
    found = (n for n in count(options.first) if draw_recipe(options.seed, n)[0].family == family)
    return list(islice(found, options.inputs))


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
    parser.add_argument("--family", help="only inputs of this family of mutations, as many as are asked for")
    options = parser.parse_args(arguments)
    numbers: Sequence[int] = range(options.first, options.inputs)
    if options.only is not None:
        numbers = [options.only]
    elif options.family:
        numbers = _numbers_of(options.family, options)
    return run(numbers, options.seed, options.jobs, options.keep)


if __name__ == "__main__":
    sys.exit(main())
