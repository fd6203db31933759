"""Small wheels made on the spot."""

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path


def make_wheel(
    folder: Path, name: str, version: str = "1", tag: str = "py3-none-any", requires: Sequence[str] = ()
) -> Path:
    """A wheel that holds an empty module and asks for `requires`."""
    path = folder / f"{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    told = "".join(f"Requires-Dist: {one}\n" for one in requires)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{told}"
        )
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def lock_line(wheel: Path, marker: str = "") -> str:
    """`wheel` as an entry of a lock."""
    name, version, *_ = wheel.name.split("-")
    after = f" ; {marker}" if marker else ""
    return f"{name}=={version}{after} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
