"""What the doctor says in situations that are made up."""

import asyncio
import errno
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpec

from haochaping.core.paths import Locations
from haochaping.doctor import folders, optional_programs, python_packages
from haochaping.doctor.chinese_font import look_at_font
from haochaping.doctor.notebook_kernel import KernelReply, look_at_kernel
from haochaping.doctor.report_line import ReportLine, State, as_text, note, run_safely
from haochaping.pipeline.kernel import OwnKernelManager
from haochaping.present.fonts import font_path

ROOT = Path(__file__).parents[2]
PROJECT = '[project]\ndependencies = ["alpha>=1,<2", "beta"]\n'
LOCK = "alpha==1.5 --hash=sha256:aa\nbeta==2.0 --hash=sha256:bb\ngamma==3.0 --hash=sha256:cc\n"
ALL = {"alpha": "1.5", "beta": "2.0", "gamma": "3.0"}


@pytest.mark.parametrize(("version", "state"), [((3, 10, 9), State.WRONG), ((3, 11, 0), State.FINE)])
def test_an_old_python_is_wrong(version: tuple[int, ...], state: State) -> None:
    line = python_packages.look_at_python(version, "/usr/bin/python3")
    assert line.state is state and "/usr/bin/python3" in line.found


def test_a_python_for_32_bits_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("struct.calcsize", lambda _: 4)
    assert python_packages.look_at_python((3, 12, 0), "python").state is State.WRONG


def test_the_environment_is_the_projects_own_another_or_none(tmp_path: Path) -> None:
    own, base = ROOT / ".venv", tmp_path / "usr"
    assert python_packages.look_at_environment(own, base, ROOT).state is State.FINE
    assert "别处的环境" in python_packages.look_at_environment(tmp_path / "other", base, ROOT).found
    system = python_packages.look_at_environment(base, base, ROOT)
    assert system.state is State.NOTE and "系统的 Python" in system.found
    assert python_packages.look_at_environment(own, base, tmp_path).state is State.WRONG


@pytest.mark.parametrize(
    ("installed", "state", "told"),
    [
        (ALL, State.FINE, "2 个直接使用的和另外 1 个"),
        ({"alpha": "1.5", "gamma": "3.0"}, State.WRONG, "缺少 beta 2.0"),
        ({"alpha": "1.5", "beta": "2.0"}, State.WRONG, "缺少 gamma 3.0"),
        ({**ALL, "alpha": "2.1"}, State.WRONG, "alpha 2.1（应为 1.5）"),
        ({**ALL, "alpha": "1.6"}, State.NOTE, "alpha 1.6（应为 1.5）"),
        ({**ALL, "gamma": "9"}, State.NOTE, "gamma 9（应为 3.0）"),
    ],
)
def test_packages_are_held_against_the_lock(installed: dict[str, str], state: State, told: str) -> None:
    line = python_packages.look_at_packages(PROJECT, LOCK, installed)
    assert line.state is state and told in line.found
    assert bool(line.advice) is (state is not State.FINE)


def test_a_package_for_another_system_is_not_missed() -> None:
    lock = LOCK + "delta==1 ; sys_platform == 'nowhere' --hash=sha256:dd\n"
    assert python_packages.look_at_packages(PROJECT, lock, ALL).state is State.FINE


def test_many_missing_packages_are_counted_and_not_all_named() -> None:
    lock = "".join(f"p{number}==1 --hash=sha256:aa\n" for number in range(30))
    found = python_packages.look_at_packages('[project]\ndependencies = ["p1"]\n', lock, {}).found
    assert "等 30 个" in found and "p20" not in found


OWN = KernelReply(sys.executable, sys.prefix)


def start_instead(monkeypatch: pytest.MonkeyPatch, *argv: str) -> None:
    """Have `argv` started as the kernel; it finds the packages of this environment."""
    paths = os.pathsep.join(path for path in sys.path if path)
    spec = KernelSpec(argv=list(argv), display_name="-", language="python", env={"PYTHONPATH": paths})
    monkeypatch.setattr(OwnKernelManager, "kernel_spec", spec)


@pytest.mark.slow
def test_the_kernel_of_this_python_is_fine() -> None:
    assert look_at_kernel(OWN, 60).state is State.FINE


@pytest.mark.slow
def test_the_kernel_is_asked_even_where_an_event_loop_is_running() -> None:
    async def within_a_loop() -> State:
        return look_at_kernel(OWN, 60).state

    # In a thread of its own: playwright leaves the loop of its browser running in this one.
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: asyncio.run(within_a_loop())).result() is State.FINE


@pytest.mark.slow
@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="需要在 .venv 中运行")
@pytest.mark.parametrize(
    ("module", "told"),
    [("ipykernel_launcher", "另一个 Python"), ("haochaping.pipeline.kernel_process", "两者应当相同")],
)
def test_a_kernel_of_another_python_is_wrong_and_named(
    module: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    start_instead(monkeypatch, str(other), "-m", module, "-f", "{connection_file}")
    line = look_at_kernel(OWN, 60)
    assert line.state is State.WRONG
    assert told in line.found and sys.base_prefix in line.found


@pytest.mark.slow
def test_a_kernel_that_does_not_start_is_wrong_and_its_last_words_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start_instead(monkeypatch, sys.executable, "-c", "raise SystemExit('no room')", "{connection_file}")
    line = look_at_kernel(OWN, 60)
    assert line.state is State.WRONG and "没有启动：no room" in line.found


def test_the_font_that_comes_with_the_kit_is_fine() -> None:
    assert look_at_font(font_path()).state is State.FINE


def test_a_missing_a_broken_and_a_western_font_are_wrong(tmp_path: Path) -> None:
    import matplotlib

    assert "没有字体文件" in look_at_font(tmp_path / "none.otf").found
    (tmp_path / "broken.otf").write_bytes(b"no font")
    assert "不能使用" in look_at_font(tmp_path / "broken.otf").found
    western = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    line = look_at_font(western)
    assert line.state is State.WRONG and "政" in line.found


def test_data_are_read_and_what_is_wrong_with_settings_is_told(tmp_path: Path) -> None:
    import shutil

    assert folders.look_at_data(Locations(tmp_path / "none", tmp_path)).state is State.WRONG
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "data" / "reference")
    where = Locations(tmp_path / "data", tmp_path / "output")
    assert folders.look_at_data(where).state is State.NOTE, "no quarter yet"
    (tmp_path / "data" / "raw" / "2022Q4").mkdir(parents=True)
    assert folders.look_at_data(where).state is State.FINE
    (tmp_path / "data" / "reference" / "city.toml").write_text("name = ", encoding="utf-8")
    (line,) = run_safely([("资料", lambda: folders.look_at_data(where))])
    assert line.state is State.WRONG and "city.toml" in line.found


def test_unreadable_data_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: not str(path).endswith("units.csv"))
    line = folders.look_at_data(Locations(ROOT / "data", ROOT / "output"))
    assert line.state is State.WRONG and "units.csv" in line.found


def test_looking_at_the_output_leaves_nothing_behind(tmp_path: Path) -> None:
    output = tmp_path / "not" / "yet"
    line = folders.look_at_output(output)
    assert line.state is State.FINE and "替换" in line.found
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: Any, **__: Any) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    (tmp_path / "file").write_text("")
    line = folders.look_at_output(tmp_path / "file")
    assert line.state is State.WRONG and "是文件" in line.found and "--output" in line.advice
    monkeypatch.setattr(tempfile, "mkdtemp", read_only)
    line = folders.look_at_output(tmp_path)
    assert line.state is State.WRONG and str(tmp_path) in line.found and "--output" in line.advice
    assert "只能读不能写" in line.found and "Read-only" not in line.found


def test_where_folders_cannot_be_exchanged_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    line = folders.look_at_output(tmp_path)
    assert line.state is State.FINE and "分两步" in line.found


@pytest.mark.parametrize(
    ("free", "state"), [(50_000_000, State.WRONG), (500_000_000, State.NOTE), (5_000_000_000, State.FINE)]
)
def test_a_full_disk_is_told(free: int, state: State) -> None:
    assert folders.look_at_space(free).state is state


@pytest.mark.parametrize(
    ("path", "windows", "state"),
    [
        ("C:\\" + "很长" * 90, True, State.NOTE),
        ("/srv/" + "很长" * 90, False, State.FINE),
        ("\\\\server\\share\\好差评", True, State.NOTE),
        ("C:\\好差评", True, State.FINE),
        ("/srv/\udcb2\udcee", False, State.WRONG),
    ],
)
def test_paths_that_make_trouble_are_told(path: str, windows: bool, state: State) -> None:
    assert folders.look_at_path(["/ok", path], windows).state is state


@pytest.mark.parametrize(
    ("encoding", "windows", "state"),
    [("utf8", False, State.FINE), ("GB18030", False, State.NOTE), ("cp936", True, State.FINE)],
)
def test_a_terminal_that_would_garble_chinese_is_told(encoding: str, windows: bool, state: State) -> None:
    assert folders.look_at_console(encoding, windows).state is state


def test_a_clock_behind_the_program_is_told() -> None:
    newest = datetime(2026, 5, 1)
    assert folders.look_at_clock(datetime(2026, 5, 1, 3), newest).state is State.FINE
    assert folders.look_at_clock(datetime(2015, 1, 1), newest).state is State.NOTE


def test_optional_programs_never_make_it_wrong_and_say_what_for() -> None:
    without = [
        optional_programs.look_at_browser(None),
        *optional_programs.look_at_unused_programs(lambda _: None),
    ]
    everything = [
        optional_programs.look_at_browser("/usr/bin/chromium"),
        *optional_programs.look_at_unused_programs(lambda name: f"/bin/{name}"),
    ]
    assert State.WRONG not in {line.state for line in without}
    assert {line.state for line in everything} == {State.FINE}
    assert all("可不装" in line.thing for line in everything)
    assert all("不装也能用" in line.found + line.advice for line in without)


def test_a_look_that_fails_stops_no_other() -> None:
    def lacking() -> ReportLine:
        raise ModuleNotFoundError("No module named 'pandas'", name="pandas")

    def broken() -> ReportLine:
        raise ValueError("unforeseen")

    looks = [("甲", lacking), ("乙", broken), ("丙", lambda: ReportLine(State.FINE, "丙", "好"))]
    first, second, third = run_safely(looks)
    assert first.state is State.WRONG and "缺少软件包 pandas" in first.found
    assert second.state is State.WRONG and "unforeseen" in second.found
    assert third.state is State.FINE


def test_a_line_is_told_with_its_advice_below() -> None:
    told = as_text(note("终端", "编码\u202e", "换一个"))
    assert told[0].startswith("注意") and "\u202e" not in told[0]
    assert told[1].strip() == "办法：换一个"


@pytest.mark.parametrize(
    ("installed", "periods", "state", "said"),
    [
        (True, ["2023Q1"], State.FINE, "已安装"),
        (False, [], State.FINE, "没有安装"),
        (False, ["2023Q1"], State.WRONG, "2023Q1 有单件记录"),
    ],
)
def test_packages_for_records_are_wanted_only_where_there_are_records(
    installed: bool, periods: list[str], state: State, said: str
) -> None:
    line = optional_programs.look_at_record_packages(lambda _: installed, periods)
    assert line.state is state and said in line.found
    assert "make setup-records" in line.found + line.advice or installed


@pytest.mark.parametrize(
    ("installed", "sources", "state", "said"),
    [
        (True, {"2023Q1": "postgres"}, State.FINE, "已安装"),
        (False, {}, State.FINE, "没有安装"),
        (False, {"2023Q1": "duckdb"}, State.FINE, "没有安装"),
        (False, {"2023Q1": "duckdb", "2023Q2": "sc"}, State.WRONG, "2023Q2 的单件记录"),
    ],
)
def test_packages_for_databases_are_wanted_only_where_records_are_in_one(
    installed: bool, sources: dict[str, str], state: State, said: str
) -> None:
    line = optional_programs.look_at_engine_packages(lambda _: installed, sources)
    assert line.state is state and said in line.found
    assert state is State.FINE or "make setup-engines" in line.advice
