import threading

from haochaping.pipeline.watchdog import watchdog


def test_what_hangs_is_ended_with_a_message() -> None:
    said: list[str] = []
    ended = threading.Event()
    codes: list[int] = []

    def exit_process(code: int) -> None:
        codes.append(code)
        ended.set()

    with watchdog(said.append, seconds=0.05, exit_process=exit_process):
        assert ended.wait(20)
    assert codes == [3] and "强行停止" in said[0]


def test_what_ends_in_time_is_left_alone() -> None:
    ended = threading.Event()
    with watchdog(lambda _: None, seconds=0.2, exit_process=lambda _: ended.set()):
        pass
    assert not ended.wait(0.5)
