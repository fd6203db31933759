"""Single-file web pages (.mht, .mhtml): a mail message whose parts are the page and its pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import refuse

if TYPE_CHECKING:
    from email.message import Message

_BEGINS = re.compile(r"[!-9;-~]+:\s")
_HOLDS = re.compile(
    r"^content-type:\s*(multipart/(related|mixed|alternative)|text/html)", re.IGNORECASE | re.MULTILINE
)
_GB = ("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936")


def is_archived_page(opening: str) -> bool:
    """Whether a text begins like a mail message that contains a web page."""
    return bool(_BEGINS.match(opening) and _HOLDS.search(opening) and "mime-version" in opening.lower())


def page_of(content: bytes, place: str) -> str:
    """Extract the page's HTML.

    Raises
    ------
    InputRefused
        There is no HTML part, or several hold tables, or its text is not in the encoding it declares.
    """
    from email import message_from_bytes, policy  # here: every file is asked whether it is one, few are

    try:
        message = message_from_bytes(content, policy=policy.compat32)
        parts = [part for part in message.walk() if part.get_content_type() == "text/html"]
        pages = [_text(part, place) for part in parts]
    except (LookupError, ValueError, RecursionError) as error:
        raise refuse(place, type(error).__name__, "应为未损坏的单文件网页；请另存为“网页，仅 HTML”") from None
    if not pages:
        raise refuse(place, "单文件网页中没有网页正文", "请在浏览器中另存为“网页，仅 HTML”")
    if any("<table" in page.lower() for page in pages[1:]):
        raise refuse(
            place,
            f"单文件网页中有 {len(pages)} 个页面",
            "不能确定以哪一页为准；表格请另存为 .xlsx，网页请另存为“网页，仅 HTML”",
        )
    return pages[0]


def _text(part: Message, place: str) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise ValueError("no content")
    charset = str(part.get_content_charset() or "").strip().lower()
    if charset in _GB:
        return content.decode("gb18030")
    if charset in ("", "utf-8", "us-ascii", "unicode", "utf-16"):
        return decode(content, place) if content.strip() else ""
    return content.decode(charset)
