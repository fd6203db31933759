from pathlib import Path

from haochaping.reference.locked_packages import needed_pins, read_pins

ROOT = Path(__file__).parents[2]
LOCK = """# a comment
alpha==1.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via something
Beta_Gamma==3.0 ; sys_platform == 'nowhere' \\
    --hash=sha256:cc
    # via
    #   alpha
"""


def test_a_lock_is_read_with_versions_markers_and_hashes() -> None:
    alpha, beta = read_pins(LOCK)
    assert (alpha.name, alpha.version, alpha.hashes) == ("alpha", "1.2", ("sha256:aa", "sha256:bb"))
    assert (beta.name, beta.version) == ("beta-gamma", "3.0")
    assert alpha.line() == "alpha==1.2 --hash=sha256:aa --hash=sha256:bb"
    assert "nowhere" not in beta.line()


def test_a_marker_is_judged_in_the_environment_given() -> None:
    alpha, beta = read_pins(LOCK)
    assert needed_pins([alpha, beta]) == [alpha]
    assert needed_pins([alpha, beta], {"sys_platform": "nowhere"}) == [alpha, beta]


def test_every_entry_of_the_projects_own_lock_has_one_version_and_hashes() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = read_pins(text)
    assert len(pins) == sum("==" in line and not line.startswith(" ") for line in text.splitlines())
    assert sum(len(pin.hashes) for pin in pins) == text.count("--hash=")
    assert all(pin.hashes and pin.version for pin in pins)
