from pathlib import Path

from haochaping.pipeline.run_log import RunLog


def test_lines_go_to_the_terminal_and_the_log_and_parts_are_timed() -> None:
    said: list[str] = []
    log = RunLog(said.append)
    log.report_progress("读入")
    log.lap("读入与核对")
    log.note("只在记录里")
    assert said == ["读入"]
    assert [line[21:] for line in log.text().splitlines()][::2] == ["读入", "只在记录里"]
    assert list(log.seconds) == ["读入与核对"]


def test_what_data_bring_along_is_visible_and_stays_on_its_line() -> None:
    log = RunLog(lambda _: None)
    log.note("红\x1b[31m色\n第二行\u202e反")
    assert "\x1b" not in log.text() and "\u202e" not in log.text()
    assert len(log.text().splitlines()) == 2


def test_what_another_process_wrote_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "kernel.log"
    path.write_bytes(b"warning \xff\n")
    log = RunLog(lambda _: None)
    log.append_kernel_log(path)
    log.append_kernel_log(path)
    assert "内核：warning" in log.text() and not path.exists()
