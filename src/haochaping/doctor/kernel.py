"""The notebook's kernel: whether it starts, and with which Python."""

from __future__ import annotations

import ast
import asyncio
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from haochaping.doctor.line import REINSTALL, Line, fine, wrong

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager


class Answer(NamedTuple):
    """What a kernel says of its Python: the program, and the environment it belongs to."""

    executable: str
    prefix: str


def ask_kernel(manager: AsyncKernelManager, seconds: float) -> Answer:
    """Start a kernel, ask it which Python it is, end it.

    Raises
    ------
    RuntimeError
        It did not start, or did not answer within `seconds`.
    """
    return asyncio.run(_ask(manager, seconds))


async def _ask(manager: AsyncKernelManager, seconds: float) -> Answer:
    await manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=seconds)
        question = {"it": "(__import__('sys').executable, __import__('sys').prefix)"}
        reply = await client.execute("", user_expressions=question, reply=True, timeout=seconds)
        return Answer(*ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"]))
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def look_at_kernel(manager: AsyncKernelManager, own: Answer, seconds: float) -> Line:
    """The notebook's kernel: it starts, and is the Python of `own`."""
    try:
        answer = ask_kernel(manager, seconds)
    except (RuntimeError, OSError, TimeoutError) as error:
        return wrong("内核", f"笔记本的内核没有启动：{error}", REINSTALL)
    if answer != own:
        return wrong(
            "内核", f"内核用的是另一个 Python：{answer.executable}（应为 {own.executable}）", REINSTALL
        )
    return fine("内核", f"能启动，与本程序用同一个 Python（{answer.executable}）")
