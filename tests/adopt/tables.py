"""Tables for tests of the draft: as a page prints them, and as columns."""

from __future__ import annotations

from pathlib import Path

from haochaping.adopt.form_table import FormColumn, FormRow, FormTable

PERIOD = "2024年第一季度"


def form_table(text: str, *, title: str = "各单位情况表", totals: int = 0) -> FormTable:
    """A table from lines of cells divided by blanks, the first with the headings (levels divided by /)."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = [FormRow(cells[0], "2024Q1", is_total=at >= len(lines) - totals) for at, cells in enumerate(lines)]
    columns = [
        FormColumn(tuple(heading.split("/")), tuple(cells[at] for cells in lines))
        for at, heading in enumerate(head[1:], start=1)
    ]
    return FormTable(1, None, title, head[0], tuple(rows), tuple(columns))


def page(tables: dict[str, str], *, text: str = "", period: str = PERIOD, city: str = "江川市") -> str:
    """A bulletin as a page: tables by their titles, as lines of cells."""
    shown = "".join(f"<h3>{title}</h3>{_html(lines)}" for title, lines in tables.items())
    head = f"<h1>关于{period}{city}政务服务评价工作情况的通报</h1><p>{text}</p>"
    return f"<html><head><meta charset='utf-8'></head><body>{head}{shown}</body></html>"


def two_level_page(head: str, rows: str) -> str:
    """A page with a table whose headings (levels divided by /) have two levels, two columns under each upper one."""
    names, *paths = head.split()
    upper = "".join(f"<th colspan='2'>{path.split('/')[0]}</th>" for path in paths[::2])
    lower = "".join(f"<th>{path.split('/')[1]}</th>" for path in paths)
    body = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in line.split())}</tr>" for line in rows.splitlines()
    )
    table = f"<table><tr><th rowspan='2'>{names}</th>{upper}</tr><tr>{lower}</tr>{body}</table>"
    titles = f"<h1>{PERIOD}江川市评价情况通报</h1><h3>附件1：各渠道情况表</h3>"
    return f"<html><head><meta charset='utf-8'></head><body>{titles}{table}</body></html>"


def write_page(path: Path, tables: dict[str, str], *, text: str = "", period: str = PERIOD) -> Path:
    """Write such a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(tables, text=text, period=period), encoding="utf-8")
    return path


def _html(lines: str) -> str:
    head, *body = [line.split() for line in lines.strip().splitlines()]
    rows = [f"<tr>{''.join(f'<th>{text}</th>' for text in head)}</tr>"]
    rows += [f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in body]
    return f"<table>{''.join(rows)}</table>"
