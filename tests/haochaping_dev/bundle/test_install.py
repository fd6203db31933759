"""install.py of the archive, on small folders; the whole of it runs in end_to_end/test_offline.py."""

import ast
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from tests.haochaping_dev.bundle.wheels import make_wheel

OFFLINE = Path(__file__).parents[3] / "src" / "haochaping_dev" / "bundle" / "offline"


@pytest.fixture(scope="module")
def install() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("offline_install", OFFLINE / "install.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def about(**changed: str) -> dict[str, str]:
    """What an archive made for this machine says of itself."""
    here = sysconfig.get_platform().replace("-", "_").replace("linux", "manylinux")
    return {"python": f"{sys.version_info[0]}.{sys.version_info[1]}", "platform": here, **changed}


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A folder with sums that fit."""
    for name in ("wheels/a-1-py3-none-any.whl", "requirements.txt", "src/x.py", "data/reference/city.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(tmp_path).as_posix()}\n"
        for path in files
    ]
    (tmp_path / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return tmp_path


def test_an_old_python_can_read_it_far_enough_to_be_told() -> None:
    ast.parse((OFFLINE / "install.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_this_python_on_this_system_is_accepted(install: ModuleType) -> None:
    install.check_python(about())


@pytest.mark.parametrize("changed", [{"python": "3.2"}, {"platform": "win_arm64"}])
def test_another_python_or_platform_is_refused(install: ModuleType, changed: dict[str, str]) -> None:
    with pytest.raises(install.Stop, match=next(iter(changed.values()))):
        install.check_python(about(**changed))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc 只在 Linux 上")
@pytest.mark.parametrize("libc", [("glibc", "2.17"), ("", "")])
def test_an_old_or_another_libc_is_refused(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, libc: tuple[str, str]
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: libc)
    with pytest.raises(install.Stop, match=r"glibc 应不低于 2\.28"):
        install.check_python(about())


def test_a_python_without_venv_is_told_what_to_install(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(install.Stop, match="venv 组件"):
        install.check_python(about())


def test_whole_files_pass_without_a_word(
    install: ModuleType, unpacked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install.check_files(unpacked)
    assert capsys.readouterr().out == ""


def test_a_changed_and_a_missing_file_stop_the_installation(install: ModuleType, unpacked: Path) -> None:
    (unpacked / "wheels" / "a-1-py3-none-any.whl").write_text("damaged")
    (unpacked / "src" / "x.py").unlink()
    with pytest.raises(install.Stop, match=r"缺少 src/x\.py；内容不符 wheels/a-1"):
        install.check_files(unpacked)


def test_settings_that_people_changed_are_told_and_stop_nothing(
    install: ModuleType, unpacked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (unpacked / "data" / "reference" / "city.toml").write_text("of another city")
    install.check_files(unpacked)
    assert "data/reference/city.toml" in capsys.readouterr().out


def test_a_path_too_long_for_windows_is_refused(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(tmp_path, "a" * 100)
    installed = install.longest_installed([wheel])
    assert installed == len("\\.venv\\Lib\\site-packages\\" + "a" * 100 + ".py" + "\\__pycache__.cpython-311")
    install.check_path(Path("x" * 300), [wheel])  # no matter where paths may be long
    monkeypatch.setattr(install, "WINDOWS", True)
    install.check_path(Path("x" * (259 - installed)), [wheel])
    with pytest.raises(install.Stop, match=r"较短的路径"):
        install.check_path(Path("x" * (260 - installed)), [wheel])


def test_what_a_failed_step_said_is_kept(install: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(install.Stop, match=r"没有装上：the reason（全部记录在 .*setup\.log"):
        install._run(
            [sys.executable, "-c", "print('more', flush=True); raise SystemExit('the reason')"],
            tmp_path,
            "没有装上",
        )
    assert "more" in (tmp_path / "setup.log").read_text()


@pytest.mark.skipif(os.name == "nt", reason="setup.sh 用于 Linux")
def test_setup_says_which_pythons_it_found_when_none_fits(tmp_path: Path) -> None:
    (tmp_path / "setup.sh").write_text((OFFLINE / "setup.sh").read_text().replace("@PYTHON@", "3.99"))
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname"):
        (programs / name).symlink_to(str(shutil.which(name)))
    for pythons, told in (
        ([], "没有找到 Python 3.99。"),
        (["python3"], f"只有 python3（{about()['python']}）"),
    ):
        for name in pythons:
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
            (programs / name).chmod(0o755)
        done = subprocess.run(
            [programs / "sh", tmp_path / "setup.sh"],
            env={"PATH": str(programs)},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 1 and told in done.stderr and done.stdout == ""
