"""Strike at each file operation of each command that writes: is everything whole, is anything that somebody saved lost?

``python -m haochaping_dev.faults.strikes`` prints the table of ``docs/reliability.md``. Operations are counted first; then one
after the other fails (disk full, not permitted), ends the process (SIGKILL), or meets somebody who saves files at that moment.
At last every two commands run at once, one of them held up at some operation. Afterwards: what is published, tidy, raw is
the old or the new one, whole; what was saved is there; the next command does its work and leaves nothing half done.
"""

from __future__ import annotations

import argparse
import errno
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path

from haochaping.core.errors import InputRefused
from haochaping.files.file_hash import file_sha256
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.pipeline.manifest import altered_files, read_manifest
from haochaping.store.answers import read_answers
from haochaping.store.tidy_tables import changed_files
from haochaping_dev.faults.commands_on_trial import COMMANDS, QUARTER, Command, environment, make_template

STRIKES = 200
_SHIM = Path(__file__).parent / "shim"
_SECONDS = 600
_KINDS = ("disk full", "not permitted", "killed", "somebody saves")
_ERRORS = {"disk full": errno.ENOSPC, "not permitted": errno.EACCES}
_NEVER_ENDED = 124
_SAVED = "存于运行之中"
_BLANK_FORM = "各附件都没有填数"
_HALF_DONE = (".new", ".old", ".part")


@dataclass(frozen=True)
class StrikeResult:
    """What one strike at one operation of a command left; the problems are empty if all is well."""

    command: str
    kind: str
    at: int
    code: int
    problems: tuple[str, ...]


def count_operations(command: Command, template: Path, folder: Path) -> int:
    """How many operations an undisturbed run of a command has."""
    root, counted = _copy(template, folder, command), folder / "counted"
    _run(command, root, {"strike": "count", "counted": str(counted)})
    return int(counted.read_text("ascii"))


def _copy(template: Path, folder: Path, command: Command) -> Path:
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template, root, symlinks=True)
    command.prepare(root)
    return root


def _run(command: Command, root: Path, plan: dict[str, object] | None) -> tuple[int, str]:
    """Run a command, struck as the plan says; give its exit code and standard error."""
    more = {}
    if plan:
        roots = [str(root / part) for part in ("data", "output", "out")]
        more = {"PYTHONPATH": str(_SHIM), "HAOCHAPING_FAULT": json.dumps({"roots": roots, **plan})}
    try:
        run = subprocess.run(
            command.line(root),
            env=environment(root, **more),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _NEVER_ENDED, ""
    return run.returncode, run.stderr


def strike(command: Command, kind: str, at: int, template: Path, folder: Path) -> StrikeResult:
    """Strike at one operation of one command and look at what is there."""
    root = _copy(template, folder, command)
    plan: dict[str, object] = {"at": at, "strike": "error", "number": _ERRORS.get(kind, 0)}
    if kind == "killed":
        plan["strike"] = "kill"
    saved = _files_to_save(command, root, folder) if kind == "somebody saves" else {}
    if saved:
        plan |= {"strike": "save", "files": saved, "log": str(folder / "saved")}
    code, said = _run(command, root, plan)
    problems = [*_wrong_end(kind, code, said), *whole_problems(root)]
    code_after, said_after = _run(command, root, None)
    if code_after not in command.done and not (saved and code_after == 2):  # what was saved may be refused
        problems.append(f"the next run ended with {code_after}: {said_after.strip()[-300:]}")
    problems += [f"afterwards: {problem}" for problem in whole_problems(root)]
    problems += [f"left over: {path}" for path in _half_done(root)]
    problems += _lost(saved, root, folder / "saved")
    return StrikeResult(command.name, kind, at, code, tuple(problems))


def _files_to_save(command: Command, root: Path, folder: Path) -> dict[str, str]:
    """Target to source: workbooks as they are with one more cell, other files as text."""
    found = {}
    for number, name in enumerate(command.saved):
        source = folder / f"saved.{number}"
        known = [root / "output" / QUARTER / "review.xlsx", root / name]
        workbook = next((path for path in reversed(known) if path.suffix == ".xlsx" and path.is_file()), None)
        if name.endswith(".xlsx") and workbook:
            _add_a_sheet(workbook, source)
        else:
            source.write_text(f"## 总体情况\n\n{_SAVED}。\n", encoding="utf-8")
        found[str(root / name)] = str(source)
    return found


def _add_a_sheet(workbook: Path, target: Path) -> None:
    import openpyxl

    opened = openpyxl.load_workbook(workbook)
    opened.create_sheet(_SAVED)
    opened.save(target)


def _wrong_end(kind: str, code: int, said: str) -> Iterable[str]:
    wanted = (-9, 0, 1, 2, 3) if kind == "killed" else (0, 1, 2, 3)
    if code not in wanted:
        yield f"ended with {code}"
    if "Traceback" in said:
        yield "a traceback"
    if code == 3 and "不是资料的问题" in said:
        yield f"called a fault of the kit: {said.strip()[-200:]}"


def whole_problems(root: Path) -> Iterable[str]:
    """What is not whole in a folder: published quarter, index, PDF, tidy tables, answers, settings, form."""
    published, tidy, raw = root / "output" / QUARTER, root / "data" / "tidy", root / "data" / "raw"
    if published.exists():
        try:
            altered = altered_files(published, read_manifest(published))
        except (OSError, ValueError) as error:
            altered = [f"{MANIFEST}: {error}"]
        review = {"review.xlsx"}  # somebody may have saved it
        yield from (f"published: {name}" for name in altered if name not in review)
    elif (root / "output").exists():
        yield "published: gone"
    index, pdf = root / "output" / "index.html", published / "briefing.pdf"
    if index.exists() and not index.read_bytes().rstrip().endswith(b"</html>"):
        yield "index: half"
    if pdf.exists() and b"%%EOF" not in pdf.read_bytes()[-64:]:
        yield "PDF: half"
    for folder in (path for path in tidy.glob("[0-9]*") if path.is_dir()):
        yield from (f"tidy: {name}" for name in changed_files(folder))
    for workbook in raw.glob("*/*.xlsx"):
        try:
            _read_workbook(workbook)
        except Exception as error:  # whatever a reader says of half a file
            yield f"raw: {workbook.name}: {error}"
    reference = root / "data" / "reference"
    if reference.is_dir() and not (reference / "annexes.toml").is_file():
        yield "settings: half"


def _read_workbook(path: Path) -> None:
    if path.name == "review.xlsx":
        try:
            read_answers(path)
        except InputRefused:
            _add_a_sheet(path, path.with_name("~$read.xlsx"))
            path.with_name("~$read.xlsx").unlink()
    else:
        import openpyxl

        openpyxl.load_workbook(path)


def _half_done(root: Path) -> Sequence[str]:
    places = [root / "data" / part for part in ("raw", "tidy", "")] + [root / "output", root / "out"]
    places += [*(root / "data" / "raw").glob("*"), root / "output" / QUARTER]
    found = [path for place in places if place.is_dir() for path in place.iterdir()]
    return [path.name for path in found if path.name.startswith(".") and path.name.endswith(_HALF_DONE)]


def _lost(saved: dict[str, str], root: Path, log: Path) -> Iterable[str]:
    """What somebody saved and is nowhere in the folder any more."""
    hashes = {file_sha256(path) for path in root.rglob("*") if path.is_file()}
    for target in log.read_text("utf-8").splitlines() if saved and log.exists() else ():
        if file_sha256(Path(saved[target])) not in hashes:
            yield f"lost what was saved as {Path(target).relative_to(root)}"


def run_both(first: Command, second: Command, at: int, template: Path, folder: Path) -> StrikeResult:
    """Run two commands at once, the first held up for a second at one of its operations."""
    root = _copy(template, folder, first)
    if second is not first and second.name != "adopt":
        second.prepare(root)
    plan = {"roots": [str(root)], "strike": "pause", "at": at, "seconds": 1.0}
    runs = [
        subprocess.Popen(
            command.line(root),
            env=environment(root, PYTHONPATH=str(_SHIM), HAOCHAPING_FAULT=json.dumps(own)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command, own in ((first, plan), (second, None))
    ]
    said = [run.communicate(timeout=_SECONDS)[1] for run in runs]
    problems = list(whole_problems(root))
    for run, words in zip(runs, said, strict=True):
        if run.returncode not in (0, 1, 2) or "Traceback" in words:
            problems.append(f"ended with {run.returncode}: {words.strip()[-300:]}")
    for command in {first.name: first, second.name: second}.values():
        code, words = _run(command, root, None)
        # A form that `new` made in between is still blank: `quarters` names it and does the others.
        is_right = code in (*command.done, 2) or (code == 1 and _BLANK_FORM in words)
        if not is_right:
            problems.append(f"the next {command.name} ended with {code}: {words.strip()[-300:]}")
    problems += [f"afterwards: {problem}" for problem in whole_problems(root)]
    problems += [f"left over: {path}" for path in _half_done(root)]
    return StrikeResult(f"{first.name} and {second.name}", "at once", at, runs[0].returncode, tuple(problems))


def _task(arguments: tuple[str, str, int, Path, Path]) -> StrikeResult:
    """One strike, or two commands at once (``first and second``), in a folder of its own."""
    name, kind, at, template, folder = arguments
    by_name = {command.name: command for command in COMMANDS}
    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        if kind == "at once":
            first, second = name.split(" and ")
            return run_both(by_name[first], by_name[second], at, template, place)
        return strike(by_name[name], kind, at, template, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def draw_strikes(operations: int, strikes: int, rng: random.Random) -> list[tuple[str, int]]:
    """Kind and place of every strike: each kind at each operation, then again at random; at random if there are more."""
    every = [(kind, at) for at in range(1, operations + 1) for kind in _KINDS]
    again = [rng.choice(every) for _ in range(strikes - len(every))]
    return [*every, *again] if len(every) <= strikes else rng.sample(every, strikes)


def main() -> None:
    """Print a line for each command; exit with 1 if anything was lost, half done or wrongly ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strikes", type=int, default=STRIKES, help="for each command")
    parser.add_argument("--pairs", type=int, default=3, help="tries for each two commands at once")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one command")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    wanted = [command for command in COMMANDS if options.only in ("", command.name)]
    with tempfile.TemporaryDirectory() as temporary, ProcessPoolExecutor(options.jobs) as pool:
        folder = Path(temporary).resolve()
        template = folder / "template"
        make_template(template)
        counts = {command.name: count_operations(command, template, folder) for command in wanted}
        print(f"| command | operations | {' | '.join((*_KINDS, 'bad'))} |")
        print(f"|---|--:|{'--:|' * (len(_KINDS) + 1)}", flush=True)
        bad = 0
        for name, operations in counts.items():
            struck = draw_strikes(operations, options.strikes, rng)
            results = _results(pool, [(name, kind, at, template, folder) for kind, at in struck])
            kinds = Counter(result.kind for result in results)
            bad_ones = sum(bool(result.problems) for result in results)
            shown = " | ".join(str(kinds[kind]) for kind in _KINDS)
            print(f"| `{name}` | {operations} | {shown} | {bad_ones} |", flush=True)
            bad += bad_ones
        pairs = [
            (
                f"{first.name} and {second.name}",
                "at once",
                rng.randint(1, counts[first.name]),
                template,
                folder,
            )
            for first, second in combinations_with_replacement(wanted, 2)
            for _ in range(options.pairs if "adopt" not in (first.name, second.name) else 0)
        ]
        results = _results(pool, pairs)
        bad_pairs = sum(bool(result.problems) for result in results)
        print(f"\nTwo commands at once: {len(results)} runs, {bad_pairs} bad.")
    sys.exit(bool(bad + bad_pairs))


def _results(
    pool: ProcessPoolExecutor, tasks: Sequence[tuple[str, str, int, Path, Path]]
) -> list[StrikeResult]:
    """The results of tasks; those with problems are printed at once."""
    results = []
    for result in pool.map(_task, tasks, chunksize=1):
        results.append(result)
        if result.problems:
            print(result, file=sys.stderr, flush=True)
    return results


if __name__ == "__main__":
    main()
