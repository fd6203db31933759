"""Install from the unpacked archive without a network; started by setup.sh and setup.ps1, or by hand.

Standard library only, and no syntax that Python 3.6 does not know: what is wrong must be told, not raised.
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

LONGEST_PATH = 259
"""What Windows takes where long paths are not switched on."""
MOST_NAMED = 8
WINDOWS = os.name == "nt"
OLDEST_GLIBC = (2, 28)
MADE = ".made"
"""File in ``.venv`` that tells for which Python and where it was made; written last."""
NEEDED = ("requirements.txt", "pyproject.toml", "install.py", "setup.", "bundle.json", "wheels/", "src/")
"""Files that must be as they left; the others (data, notebooks) are there to be changed."""


class Stop(Exception):
    """Nothing more can be done; the message says what to do."""


def main(root: Path) -> int:
    """Check, install, check again; returns the exit code."""
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
    """One line to the person who installs."""
    print(line, flush=True)


def check_python(about: "dict[str, str]") -> None:
    """Hold the running Python and system against what the archive was made for."""
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
    """Hold every file against SHA256SUMS; what people may change is told and does not stop."""
    missing, changed, other = [], [], []
    for line in (root / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        wanted, name = line.split("  ", 1)
        path = root / name
        if path.is_file() and _sha256(path) == wanted:
            continue
        if not name.startswith(NEEDED):
            other.append(name)
        elif path.is_file():
            changed.append(name)
        else:
            missing.append(name)
    if missing or changed:
        told = ["缺少 " + _some(missing)] * bool(missing) + ["内容不符 " + _some(changed)] * bool(changed)
        raise Stop("文件与清单 SHA256SUMS 不一致，请重新解压或重新复制：{}".format("；".join(told)))
    if other:
        say(f"注意：以下文件与清单不同，不影响安装（自己改过的不必理会）：{_some(other)}")


def _some(names: "list[str]") -> str:
    more = f" 等 {len(names)} 个" if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more


def _sha256(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            made.update(block)
    return made.hexdigest()


def check_path(root: Path, wheels: "list[Path]") -> None:
    """Windows alone: every file to be installed must have a path that Windows takes."""
    if not WINDOWS or _takes_long_paths():
        return
    most = LONGEST_PATH - longest_installed(wheels)
    if len(str(root)) > most:
        advice = "请把整个文件夹移到较短的路径下，如 C:\\"
        raise Stop(f"文件夹的路径太长（{len(str(root))} 个字符，最多 {most} 个），{advice}：{root}")


def longest_installed(wheels: "list[Path]") -> int:
    """Characters that the longest path of a file in `wheels` adds to that of the folder, once installed."""
    longest = 0
    for wheel in wheels:
        with zipfile.ZipFile(str(wheel)) as archive:
            longest = max([longest] + [len(_installed(name)) for name in archive.namelist()])
    return longest


def _installed(name: str) -> str:
    """Where a file of a wheel goes on Windows, below the folder; a module leaves its bytecode too."""
    top, _, rest = name.partition("/")
    if top.endswith(".data"):
        return "\\.venv\\" + rest.partition("/")[2]
    compiled = "\\__pycache__.cpython-311" if name.endswith(".py") else ""
    return "\\.venv\\Lib\\site-packages\\" + name + compiled


def _takes_long_paths() -> bool:
    try:
        import winreg

        key = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:  # type: ignore[attr-defined,unused-ignore]
            return bool(winreg.QueryValueEx(opened, "LongPathsEnabled")[0])  # type: ignore[attr-defined,unused-ignore]
    except (ImportError, OSError):
        return False


def make_environment(root: Path) -> Path:
    """The environment ``.venv``; made anew where it was made by another Python, in another place or not wholly."""
    folder = root / ".venv"
    made = folder / MADE
    wanted = f"{sys.version}\n{sys.executable}\n{folder}\n"
    if made.is_file() and made.read_text(encoding="utf-8") == wanted:
        say(".venv 已有，补装缺少的组件 …")
    else:
        say("正在建立 .venv …")
        _run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], root, "未能建立 .venv；正在使用的请先关闭"
        )
        made.write_text(wanted, encoding="utf-8")
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def install(root: Path, python: Path) -> None:
    """The locked packages from ``wheels/``, then the project itself; nothing from anywhere else."""
    say("正在安装组件，约一两分钟 …")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"]
    locked = ["--find-links", str(root / "wheels"), "--require-hashes", "-r", str(root / "requirements.txt")]
    _run(pip + locked, root, "组件没有装上")
    own = ["--no-deps", "--no-build-isolation", "-e", str(root)]
    _run(pip + own, root, "组件已装上，本工具没有装上")
    (root / ".venv" / ".installed").touch()  # what `make`, where there is one, looks for


def _run(command: "list[str]", root: Path, told: str) -> None:
    """Run `command` with nothing of the user's own pip settings; what it says is kept for who helps."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    done = subprocess.run(
        command,
        cwd=str(root),
        env=dict(kept, PIP_CONFIG_FILE=os.devnull, PYTHONUTF8="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        log = root / "setup.log"
        log.write_bytes(done.stdout)
        last = done.stdout.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
        raise Stop(f"{told}：{last[0]}（全部记录在 {log}）")


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
