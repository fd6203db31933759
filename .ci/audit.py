"""Known vulnerabilities of the locked packages, as far as this platform uses them: ``make audit``.

pip-audit asks a vulnerability service, which a closed network may not reach. It passes over what it could not look
up and still ends well; here that is no success. Exit codes: 0 every package was looked up and none is known to be
vulnerable, 1 some are, 3 some or all could not be looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

CLEAN, VULNERABLE, UNKNOWN = 0, 1, 3
LOCKS = ("requirements.txt", "requirements-records.txt", "requirements-engines.txt", "requirements-dev.txt")
SERVICES = ("pypi", "osv")
LONGEST_SECONDS = 600


def main(command: Sequence[str] = (sys.executable, "-m", "pip_audit"), root: Path = Path()) -> int:
    """Audit every lock file by the first service that knows all its packages; says what came of it."""
    codes = [_audited(command, root / name) for name in LOCKS]
    return VULNERABLE if VULNERABLE in codes else UNKNOWN if UNKNOWN in codes else CLEAN


def _audited(command: Sequence[str], lock: Path) -> int:
    unknown = _locked(lock)
    wanted = len(unknown)
    found: dict[str, str] = {}
    for service in SERVICES:
        for package in _asked(command, lock, service):
            if "vulns" in package:
                unknown.discard(package["name"])
                found |= {
                    one[
                        "id"
                    ]: f"{package['name']} {package['version']}，{', '.join(one['fix_versions']) or '尚无修复版本'}"
                    for one in package["vulns"]
                }
        if not unknown:
            break
    for vulnerability, told in found.items():
        _say(f"{lock.name}：{vulnerability}（{told}）")
    if unknown:
        _say(
            f"{lock.name}：没有完成，{wanted} 个包中 {len(unknown)} 个未能查询"
            "（漏洞库连不上，或没有这些包）；这不是通过，请在能联网的机器上重新运行 make audit"
        )
    elif not found:
        _say(f"{lock.name}：{wanted} 个包均已查询，没有已知漏洞")
    return VULNERABLE if found else UNKNOWN if unknown else CLEAN


def _locked(lock: Path) -> set[str]:
    """Names of the packages that the lock file holds for this platform."""
    lines = (
        line.rstrip("\\ ") for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum()
    )
    requirements = map(Requirement, lines)
    return {one.name for one in requirements if one.marker is None or one.marker.evaluate()}


def _asked(command: Sequence[str], lock: Path, service: str) -> list[dict[str, Any]]:
    """What one service says of the packages; nothing where it cannot be reached."""
    options = ["-r", str(lock), "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [*command, *options, "-f", "json", "-s", service],
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return []
    return packages


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
