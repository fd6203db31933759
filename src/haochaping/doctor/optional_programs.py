"""Look for optional programs: none is needed for a briefing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from haochaping.doctor.report_line import ReportLine, fine, note, wrong
from haochaping.records.packages import ENGINE_PACKAGES, RECORD_PACKAGES

_UNUSED = "只有开发时的测试用它，不装也能用"


def look_at_browser(found: str | None) -> ReportLine:
    """Say which browser would print the page (``make pdf``)."""
    thing, use = "浏览器（可不装）", "把网页打印成 PDF（make pdf）要用它"
    if found:
        return fine(thing, f"{found}；{use}")
    advice = "安装 Chromium、Chrome 或 Edge 中的一种；或用别的浏览器打开网页后打印，不装也能用"
    return note(thing, f"没有找到 Chromium、Chrome 或 Edge；{use}", advice)


def look_at_record_packages(is_installed: Callable[[str], bool], periods: Sequence[str]) -> ReportLine:
    """Say whether records of single cases can be read, and which periods have some.

    Parameters
    ----------
    is_installed : callable
        Whether a package can be imported.
    periods : sequence of str
        Periods that have records.
    """
    thing, use = "读取单件记录的程序包（可不装）", "资料中有 records/ 文件夹的才用它"
    if all(map(is_installed, RECORD_PACKAGES)):
        return fine(thing, f"已安装；{use}")
    advice = "运行 make setup-records（只做一次）"
    if periods:
        return wrong(thing, f"没有安装，而 {'、'.join(periods)} 有单件记录，不能生成", advice)
    return fine(thing, f"没有安装；{use}，到时{advice}")


def look_at_engine_packages(is_installed: Callable[[str], bool], sources: Mapping[str, str]) -> ReportLine:
    """Say whether the databases that hold the records of some periods can be connected to.

    Parameters
    ----------
    is_installed : callable
        Whether a package can be imported.
    sources : mapping
        Period to the kind of its database (``postgres``, ``sc``, ``duckdb``).
    """
    thing, use = "连接数据库的程序包（可不装）", "单件记录在 PostgreSQL、Spark 集群里的才用它"
    wanting = [
        period
        for period, engine in sources.items()
        if not all(map(is_installed, ENGINE_PACKAGES.get(engine, ())))
    ]
    if wanting:
        return wrong(
            thing,
            f"没有安装，而 {'、'.join(wanting)} 的单件记录在数据库里",
            "运行 make setup-engines（只做一次）",
        )
    installed = all(is_installed(name) for names in ENGINE_PACKAGES.values() for name in names)
    return fine(thing, f"{'已安装' if installed else '没有安装'}；{use}")


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
