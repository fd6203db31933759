"""Look for optional programs: none is needed for a briefing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from haochaping.doctor.report_line import ReportLine, fine, note

_UNUSED = "现有功能都不用它（原为今后处理全省逐件数据考虑，尚未开发），不装也能用"


def look_at_browser(found: str | None) -> ReportLine:
    """Say which browser would print the page (``make pdf``)."""
    thing, use = "浏览器（可不装）", "把网页打印成 PDF（make pdf）要用它"
    if found:
        return fine(thing, f"{found}；{use}")
    advice = "安装 Chromium、Chrome 或 Edge 中的一种；或用别的浏览器打开网页后打印，不装也能用"
    return note(thing, f"没有找到 Chromium、Chrome 或 Edge；{use}", advice)


def look_at_unused_programs(find: Callable[[str], str | None]) -> Iterator[ReportLine]:
    """Say whether LibreOffice, Java and PostgreSQL are installed, which no command uses.

    `find` is :func:`shutil.which` or a replacement for tests.
    """
    for thing, programs, use in (
        (
            "LibreOffice（可不装）",
            ("soffice", "libreoffice"),
            "只有开发时的测试和文档插图用它；看通报、填表用 Word、Excel、WPS 都可以，不装也能用",
        ),
        ("Java（可不装）", ("java",), _UNUSED),
        ("PostgreSQL（可不装）", ("psql",), _UNUSED),
    ):
        program = next(filter(None, map(find, programs)), None)
        yield fine(thing, f"{program or '没有'}；{use}")
