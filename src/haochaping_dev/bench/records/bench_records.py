"""``make bench-records``: how long counting takes and what memory it needs, beside other ways, in one run on one machine."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haochaping.core.paths import project_root
from haochaping.core.period import Period
from haochaping.simulate.data_root import write_data_root
from haochaping.simulate.record_plan import RecordOptions
from haochaping_dev.bench.records.draw_curve import draw_curve
from haochaping_dev.engines import Server, load_parquet, missing, running

BULLETIN = 9_069_695
"""Cases, as many as a real city had in a quarter."""
SMALL = 300_000
"""Cases on which every engine is compared with the expected answer."""
WAYS = {"kit": "这个工具包（DuckDB）", "by_hand": "手写 DuckDB", "polars": "Polars 流式", "pandas": "pandas"}
ENGINES = {"sail": "Sail", "spark": "Spark local[2]", "postgres": "PostgreSQL"}
PARTS = ("engines", "parquet", "csv", "curve", "quarter")
KINDS = ("cases", "evaluations", "rectifications")


@dataclass(frozen=True)
class Measure:
    """One run: seconds of the count and of the whole process, GB at most, and what came of it."""

    seconds: float
    whole: float
    memory: float
    result: dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="where records are made and kept, some GB; else they are removed"
    )
    parser.add_argument("--cases", type=int, default=BULLETIN)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--curve", type=int, nargs="*", default=[1, 9, 30, 100], help="millions of cases")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="what is measured")
    parser.add_argument("--picture", type=Path, help="where the picture of the curve is written")
    options = parser.parse_args(arguments)
    with _folder(options.folder) as folder:
        if "engines" in options.parts:
            _on_every_engine(folder, options.cases)
        for form in [form for form in ("parquet", "csv") if form in options.parts]:
            _beside_others(folder, options.cases, form, options.repeats)
        if "curve" in options.parts:
            _curve(folder, options.curve, options.picture)
        if "quarter" in options.parts:
            _whole_quarter(folder, options.cases)


def _beside_others(folder: Path, cases: int, form: str, repeats: int) -> None:
    """The ways in turn, so that what else the machine does hits all of them."""
    data = _records(folder, cases, form)
    runs: dict[str, list[Measure]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way, measures in runs.items():
            measures.append(_measure(way, data, form))
    results = [measure.result for measures in runs.values() for measure in measures]
    print(f"\n### {cases:,} 件办件，{form}，{repeats} 次的中位数\n")
    print("| 做法 | 汇总，秒 | 整个进程，秒 | 最多内存，GB | 与预期 |\n|---|---|---|---|---|")
    of_way = {way: _median(measures) for way, measures in runs.items()}
    same = "相同" if all(result == results[0] for result in results) else "**不同**"
    expected = _is_expected(data, results[0])
    for way, m in of_way.items():
        print(f"| {WAYS[way]} | {m.seconds:.1f} | {m.whole:.1f} | {m.memory:.2f} | {expected}，彼此{same} |")
    kit, hand, polars, pandas = (of_way[way] for way in WAYS)
    print("\n| 比 | 测得 | 目标 |\n|---|---|---|")
    for word, ratio, aim in (
        ("汇总用时，工具包 : 手写", kit.seconds / hand.seconds, "≤ 1.15"),
        ("内存，工具包 : 手写", kit.memory / hand.memory, "≤ 1.2"),
        ("整个进程，工具包 : Polars", kit.whole / polars.whole, "< 1"),
        ("整个进程，pandas : 工具包", pandas.whole / kit.whole, "≥ 6"),
        ("内存，工具包 : pandas", kit.memory / pandas.memory, "≤ 0.2"),
    ):
        print(f"| {word} | {ratio:.2f} | {aim} |", flush=True)


def _on_every_engine(folder: Path, cases: int) -> None:
    print("\n### 同一个定义，各种引擎（表已在引擎中；内存含服务进程）\n")
    print(
        "| 引擎 | 办件 | 汇总，秒 | 整个进程，秒 | 最多内存，GB | 与预期 |\n|---|---|---|---|---|---|",
        flush=True,
    )
    for engine, word in ENGINES.items():
        if lacks := missing(engine):
            print(f"| {word} | 没有安装：{lacks} |")
            continue
        for size in (SMALL, cases):
            data = _records(folder, size, "parquet")
            with running(engine) as server:
                measure = _measure("kit", data, "parquet", _environment(server, data))
                memory = measure.memory + _peak_memory(server)
            expected = _is_expected(data, measure.result)
            print(
                f"| {word} | {size:,} | {measure.seconds:.1f} | {measure.whole:.1f} | {memory:.2f} | {expected} |",
                flush=True,
            )


def _environment(server: Server, data: Path) -> dict[str, str]:
    """What the kit needs to count on a server; records are loaded where it does not read files."""
    records = data / "raw" / "2023Q1" / "records"
    tables = {kind: f"{records}/{kind}-*.parquet" for kind in KINDS}
    if server.url.startswith("postgres"):
        os.environ.update(server.environment)
        load_parquet(server, records)
        tables = {kind: kind for kind in KINDS}
    return {**server.environment, "ENGINE_URL": server.url, "ENGINE_TABLES": json.dumps(tables)}


def _curve(folder: Path, millions: Sequence[int], picture: Path | None) -> None:
    print("\n### 用时与件数（工具包，Parquet）\n")
    print(
        "| 百万件 | 只数附件，秒 | 每百万件，秒 | 内存，GB | 连同各表，秒 | 内存，GB |\n|---|---|---|---|---|---|"
    )
    measures = []
    for size in millions:
        data = _records(folder, BULLETIN if size == 9 else size * 1_000_000, "parquet")
        tables = _measure("kit", data, "parquet")
        all_ = _measure("kit", data, "parquet", {"WITH_VIEWS": "1"})
        print(
            f"| {size} | {tables.seconds:.1f} | {tables.seconds / size:.2f} | {tables.memory:.2f} | "
            f"{all_.seconds:.1f} | {all_.memory:.2f} |",
            flush=True,
        )
        measures.append((tables.seconds, all_.seconds, all_.memory))
    if picture and measures:
        seconds, all_seconds, memory = (list(column) for column in zip(*measures, strict=True))
        draw_curve(millions, seconds, all_seconds, memory, picture)


def _whole_quarter(folder: Path, cases: int) -> None:
    """A run with records beside the same without, and the count alone."""
    with_records = _records(folder, cases, "parquet")
    without = folder / "without"
    if not without.exists():
        write_data_root(without, [Period(2023, 1)], 1, project_root() / "data" / "reference")
    as_in_a_run = {"WITH_VIEWS": "1", "WITH_VARIATIONS": "1"}
    count = _measure("kit", with_records, "parquet", as_in_a_run).whole
    shutil.rmtree(with_records / "cache", ignore_errors=True)  # of an earlier measurement
    seconds = {}
    for name, data in (("without", without), ("with", with_records)):
        with tempfile.TemporaryDirectory() as output:
            begin = time.perf_counter()
            command = [
                sys.executable,
                "-m",
                "haochaping",
                "quarter",
                "--data",
                data,
                "--output",
                output,
                "2023Q1",
            ]
            subprocess.run([str(part) for part in command], check=True, capture_output=True)
            seconds[name] = time.perf_counter() - begin
    ratio = seconds["with"] / (seconds["without"] + count)
    print(
        "\n### make quarter\n\n| 没有记录，秒 | 单独汇总，秒 | 有记录，秒 | 比 | 目标 |\n|---|---|---|---|---|"
    )
    print(f"| {seconds['without']:.1f} | {count:.1f} | {seconds['with']:.1f} | {ratio:.2f} | ≤ 1 |")


def _measure(way: str, data: Path, form: str, environment: Mapping[str, str] | None = None) -> Measure:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        command = [sys.executable, "-m", f"haochaping_dev.bench.records.by_{way.removeprefix('by_')}"]
        begin = time.perf_counter()
        process = subprocess.Popen(
            [*command, str(data), form, str(out)],
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        whole = time.perf_counter() - begin
        if status:
            raise RuntimeError(said.decode("utf-8", "replace")[-2000:])
        result = json.loads(out.read_text("utf-8"))
        return Measure(result.pop("seconds"), whole, usage.ru_maxrss * resource.getpagesize() / 4e9, result)


def _median(measures: Sequence[Measure]) -> Measure:
    seconds, whole, memory = (
        statistics.median(getattr(measure, name) for measure in measures)
        for name in ("seconds", "whole", "memory")
    )
    return Measure(seconds, whole, memory, measures[0].result)


def _peak_memory(server: Server) -> float:
    """GB that a server's processes have used at most, each by itself."""
    import psutil

    processes = [
        psutil.Process(server.process.pid),
        *psutil.Process(server.process.pid).children(recursive=True),
    ]
    peaks = []
    for process in processes:
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        peaks += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    return sum(peaks) * 1024 / 1e9


def _is_expected(data: Path, result: Mapping[str, Any]) -> str:
    """Whether buckets and the districts' counts are what the simulator planned."""
    import pandas as pd

    expected = data / "expected" / "2023Q1"
    flow = pd.read_csv(expected / "flow.csv")
    fates = {f"{row.kind}/{row.bucket}": row.rows for row in flow.itertuples() if row.rows}
    units = pd.DataFrame(
        result["units"],
        columns=["area", "tier", "department", "cases", "evaluations", "active", "negative", "on_time"],
    )
    by_area = (
        units[units["tier"] != "city"].groupby("area")[["cases", "evaluations", "active", "negative"]].sum()
    )
    districts = pd.read_csv(expected / "districts.csv")
    planned = districts[["cases", "evaluations", "active_evaluations", "negative_evaluations"]]
    is_same = fates == result["fates"] and by_area.to_numpy().tolist() == planned.to_numpy().tolist()
    return "相同" if is_same else "**不同**"


def _records(folder: Path, cases: int, form: str) -> Path:
    """A data root with so many records, made once."""
    data = folder / f"{cases}-{form}"
    if not data.exists():
        options = RecordOptions(cases, form, with_faults=True)
        write_data_root(data, [Period(2023, 1)], 1, project_root() / "data" / "reference", options)
    return data


@contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="bench-records-") as temporary:
        Path(temporary).chmod(0o755)
        yield Path(temporary)


if __name__ == "__main__":
    main()
