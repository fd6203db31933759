"""JupyterLab as ``make lab`` opens it, on copies of notebooks and data, for tests and pictures."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from haochaping.core.paths import DATA_VARIABLE, project_root

_TOKEN = "only-for-this-machine"
_START_SECONDS = 60
WAIT_MS = 120_000
"""How long a page may take to show something."""
_TRIES, _PATIENCE_MS = 4, 5_000
_PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(p => p.textContent)"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
"""A browser that reaches this machine alone."""


@contextmanager
def lab_server(root: Path, *, is_own_city: bool = False) -> Iterator[str]:
    """Copy notebooks and data below `root` and serve them with the project's settings alone; the address of ``explore.ipynb``.

    With `is_own_city` the project's own data are read, as without ``DATA``; nothing may be written then.
    """
    project = project_root()
    shutil.copytree(
        project / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    for name in ("reference", "raw"):
        shutil.copytree(project / "data" / name, root / "data" / name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "JUPYTER_CONFIG_PATH": str(root / "notebooks" / ".jupyter"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        **({} if is_own_city else {DATA_VARIABLE: str(root / "data")}),
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"),
        *(f"--IdentityProvider.token={_TOKEN}", f"--ServerApp.root_dir={root}", "--ServerApp.port_retries=0"),
    ]
    log = root / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=root, env=others | own, stdout=output, stderr=output)
        try:
            _wait_for(port, server, log)
            yield f"http://127.0.0.1:{port}/lab/tree/notebooks/explore.ipynb?token={_TOKEN}"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise RuntimeError(log.read_text("utf-8")[-2000:])


def run_all_cells(page: Any, address: str) -> None:
    """Open a notebook in a page of Playwright, and run it by its menu; back when no cell waits."""
    page.goto(address, timeout=WAIT_MS)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=WAIT_MS)
    named = "() => document.querySelector('.jp-KernelName').textContent.startsWith('Python')"
    page.wait_for_function(named, timeout=WAIT_MS)  # before, "No Kernel" is idle too
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=WAIT_MS)
    begun = f"() => {_PROMPTS}.some(prompt => /[*\\d]/.test(prompt))"
    for _ in range(_TRIES):  # a kernel that is idle may still not listen
        page.get_by_role("menuitem", name="运行", exact=True).click()
        page.get_by_text("运行所有单元格", exact=True).click()
        page.wait_for_timeout(_PATIENCE_MS)
        if page.evaluate(begun):
            break
    _wait_until_run(page)


def restart_and_run_all_cells(page: Any) -> None:
    """Restart the kernel of the open notebook by its menu and run every cell; back when no cell waits."""
    page.get_by_role("menuitem", name="内核", exact=True).click()
    page.get_by_text(re.compile("重启内核.*运行所有单元格")).first.click()
    page.locator(".jp-Dialog button").filter(has_text="重新启动").click()
    page.wait_for_function(f"() => {_PROMPTS}.some(prompt => prompt.includes('*'))", timeout=WAIT_MS)
    _wait_until_run(page)


def _wait_until_run(page: Any) -> None:
    page.wait_for_function(f"() => {_PROMPTS}.every(prompt => !prompt.includes('*'))", timeout=WAIT_MS)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=WAIT_MS)
    page.wait_for_timeout(_PATIENCE_MS / 5)  # what came last is drawn
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")


def choose(page: Any, description: str, option: str) -> None:
    """Choose in a drop-down of the notebook, by its label; the answer comes later."""
    box = page.locator(".widget-dropdown").filter(has_text=description).first.locator("select")
    texts = box.locator("option").all_text_contents()
    box.select_option(index=[text.replace("\N{NO-BREAK SPACE}", " ") for text in texts].index(option))
