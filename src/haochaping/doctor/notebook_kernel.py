"""Check the notebook's kernel: whether it starts, and with which Python."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from haochaping.doctor.report_line import REINSTALL, ReportLine, fine, wrong

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager


class KernelReply(NamedTuple):
    """The Python of a kernel: ``sys.executable`` and ``sys.prefix``."""

    executable: str
    prefix: str


def look_at_kernel(own: KernelReply, seconds: float) -> ReportLine:
    """Check that the kernel that a run would start answers within `seconds` and runs the Python of `own`."""
    from jupyter_core.utils import run_sync

    from haochaping.pipeline.kernel import KERNEL_LOG, running_kernel

    with tempfile.TemporaryDirectory(prefix="haochaping-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        try:
            with running_kernel({}, folder) as manager:
                answer = run_sync(_query_python)(manager, seconds)
        except (RuntimeError, OSError, TimeoutError) as error:
            log = folder / KERNEL_LOG
            log_text = log.read_text(encoding="utf-8", errors="replace").strip() if log.is_file() else ""
            return wrong(
                "内核", f"笔记本的内核没有启动：{(log_text or str(error)).splitlines()[-1]}", REINSTALL
            )
    if answer != own:
        return wrong(
            "内核", f"内核用的是另一个 Python：{answer.executable}（应为 {own.executable}）", REINSTALL
        )
    return fine("内核", f"能启动，与本程序用同一个 Python（{answer.executable}）")


async def _query_python(manager: AsyncKernelManager, seconds: float) -> KernelReply:
    """Ask a running kernel which Python it is."""
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=seconds)
        expression = {"it": "(__import__('sys').executable, __import__('sys').prefix)"}
        reply = await client.execute("", user_expressions=expression, reply=True, timeout=seconds)
        return KernelReply(
            *ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])
        )
    finally:
        client.stop_channels()
