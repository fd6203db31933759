"""Install from the unpacked archive without a network; started by setup.sh and setup.ps1, or by hand.

Standard library only, and only syntax of Python 3.6, so that an old Python can say that it is too old.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

MAX_WINDOWS_PATH = 259
"""Longest path in characters that Windows accepts unless long paths are enabled."""
MAX_NAMES_LISTED = 8
WINDOWS = os.name == "nt"
OLDEST_GLIBC = (2, 28)
ENVIRONMENT_MARK = ".made"
"""File in ``.venv`` with the Python and the path it was made for; written last, so it marks a complete one."""
PROTECTED = ("requirements.txt", "pyproject.toml", "install.py", "setup.", "bundle.json", "wheels/", "src/")
"""Starts of the names of files that must be unchanged; others (data, notebooks) may be edited."""


class Stop(Exception):
    """The installation cannot go on; the message says what to do."""


def main(root: Path) -> int:
    """Check the folder, install, run the doctor; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        about = json.loads((root / "bundle.json").read_text(encoding="utf-8"))
        check_python(about)
        check_files(root)
        check_path(root, sorted((root / "wheels").glob("*.whl")))
        python = make_environment(root)
        install(root, python)
    except Stop as stop:
        say(f"未能安装：{stop}")
        return 1
    except (OSError, ValueError) as error:
        say(f"未能安装：{error}；请检查文件夹是否完整、可写")
        return 1
    command = ".venv\\Scripts\\python" if WINDOWS else ".venv/bin/python"
    say("已装好，自检如下：")
    healthy = subprocess.call([str(python), "-m", "haochaping", "doctor"], cwd=str(root)) == 0
    if not healthy:
        say(f"已装好，但自检有问题，请照上面的办法处理，再运行：{command} -m haochaping doctor")
        return 1
    say(f"下一步，在这个文件夹中运行：{command} -m haochaping quarter 2022Q4")
    return 0


def say(line: str) -> None:
    """Print one line for the person who installs."""
    print(line, flush=True)


def check_python(about: "dict[str, str]") -> None:
    """Stop unless this Python and system are those the archive was made for."""
    version = "{}.{}".format(*sys.version_info[:2])
    if version != about["python"] or sys.implementation.name != "cpython":
        raise Stop("本包用于 Python {}，这是 {} {}".format(about["python"], sys.implementation.name, version))
    here = sysconfig.get_platform().replace("-", "_").replace("linux", "manylinux")
    if here != about["platform"]:
        raise Stop("本包用于 {}，这里是 {}，请换用相应的包".format(about["platform"], here))
    name, release = platform.libc_ver()
    if sys.platform == "linux" and (name != "glibc" or _numbers(release) < OLDEST_GLIBC):
        wanted = ".".join(map(str, OLDEST_GLIBC))
        raise Stop("系统的 glibc 应不低于 {}，这里是 {} {}".format(wanted, name or "其他", release))
    try:
        import ensurepip  # noqa: F401  # Debian leaves it out
        import venv  # noqa: F401
    except ImportError:
        raise Stop(f"Python 缺少 venv 组件，请系统管理员安装 python{version}-venv") from None


def _numbers(release: str) -> "tuple[int, ...]":
    return tuple(int(part) for part in release.split(".") if part.isdigit())


def check_files(root: Path) -> None:
    """Compare every file with SHA256SUMS; stop for `PROTECTED` ones, only report others."""
    missing, changed, other = [], [], []
    for line in (root / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        wanted, name = line.split("  ", 1)
        path = root / name
        if path.is_file() and _sha256(path) == wanted:
            continue
        if not name.startswith(PROTECTED):
            other.append(name)
        elif path.is_file():
            changed.append(name)
        else:
            missing.append(name)
    if missing or changed:
        problems = ["缺少 " + _list_names(missing)] * bool(missing) + [
            "内容不符 " + _list_names(changed)
        ] * bool(changed)
        raise Stop("文件与清单 SHA256SUMS 不一致，请重新解压或重新复制：{}".format("；".join(problems)))
    if other:
        say(f"注意：以下文件与清单不同，不影响安装（自己改过的不必理会）：{_list_names(other)}")


def _list_names(names: "list[str]") -> str:
    more = f" 等 {len(names)} 个" if len(names) > MAX_NAMES_LISTED else ""
    return "、".join(names[:MAX_NAMES_LISTED]) + more


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def check_path(root: Path, wheels: "list[Path]") -> None:
    """On Windows, stop if a file to be installed would have a path that is too long."""
    if not WINDOWS or _has_long_paths_enabled():
        return
    max_length = MAX_WINDOWS_PATH - longest_installed(wheels)
    if len(str(root)) > max_length:
        advice = "请把整个文件夹移到较短的路径下，如 C:\\"
        raise Stop(f"文件夹的路径太长（{len(str(root))} 个字符，最多 {max_length} 个），{advice}：{root}")


def longest_installed(wheels: "list[Path]") -> int:
    """Return how many characters the longest installed path of a file in `wheels` adds to that of the folder."""
    longest = 0
    for wheel in wheels:
        with zipfile.ZipFile(str(wheel)) as archive:
            longest = max([longest] + [len(_installed_path(name)) for name in archive.namelist()])
    return longest


def _installed_path(name: str) -> str:
    """Return where a file of a wheel is installed on Windows, below the folder; for a module, about where its bytecode is."""
    top, _, rest = name.partition("/")
    if top.endswith(".data"):
        return "\\.venv\\" + rest.partition("/")[2]
    compiled = "\\__pycache__.cpython-311" if name.endswith(".py") else ""
    return "\\.venv\\Lib\\site-packages\\" + name + compiled


def _has_long_paths_enabled() -> bool:
    try:
        import winreg

        key = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:  # type: ignore[attr-defined,unused-ignore]
            return bool(winreg.QueryValueEx(opened, "LongPathsEnabled")[0])  # type: ignore[attr-defined,unused-ignore]
    except (ImportError, OSError):
        return False


def make_environment(root: Path) -> Path:
    """Make the environment ``.venv`` and return its Python.

    An existing one is kept unless it was made by another Python, in another folder, or not completely.
    """
    folder = root / ".venv"
    mark = folder / ENVIRONMENT_MARK
    wanted = f"{sys.version}\n{sys.executable}\n{folder}\n"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        say(".venv 已有，补装缺少的组件 …")
    else:
        say("正在建立 .venv …")
        _run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], root, "未能建立 .venv；正在使用的请先关闭"
        )
        mark.write_text(wanted, encoding="utf-8")
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def install(root: Path, python: Path) -> None:
    """Install the locked packages from ``wheels/``, then the project itself; nothing from anywhere else."""
    say("正在安装组件，约一两分钟 …")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"]
    locked = ["--find-links", str(root / "wheels"), "--require-hashes", "-r", str(root / "requirements.txt")]
    _run(pip + locked, root, "组件没有装上")
    own = ["--no-deps", "--no-build-isolation", "-e", str(root)]
    _run(pip + own, root, "组件已装上，本工具没有装上")
    (root / ".venv" / ".installed").touch()  # what `make`, where there is one, looks for


def _run(command: "list[str]", root: Path, failure: str) -> None:
    """Run `command` without the user's own pip settings; if it fails, save its output for whoever helps."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))
    }
    completed = subprocess.run(
        command,
        cwd=str(root),
        env=dict(environment, PIP_CONFIG_FILE=os.devnull, PYTHONUTF8="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if completed.returncode:
        log = root / "setup.log"
        log.write_bytes(completed.stdout)
        last = completed.stdout.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
        raise Stop(f"{failure}：{last[0]}（全部记录在 {log}）")


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
