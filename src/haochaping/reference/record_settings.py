"""How a city counts records of single cases: ``records.toml`` of the settings, overridden by the period's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from haochaping.cleaning.decode_text import decode
from haochaping.core.declaration import Declaration
from haochaping.core.errors import InputRefused, Problem, refuse
from haochaping.core.record_counts import SIGN_WORDS
from haochaping.reference.key_checker import AMOUNT, CODES, DAY, NUMBER, TABLE, TEXTS, Key, KeyChecker
from haochaping.reference.parse_toml import parse_toml
from haochaping.reference.toml_lines import TomlLines

RECORD_SETTINGS = "records.toml"
"""File among a city's settings, and in a period's raw folder for what differs there."""
CITY, DISTRICT, TOWN, VILLAGE = TIERS = ("city", "district", "town", "village")
AREA, DEPARTMENT, TIER = DIMENSIONS = ("area", "department", "tier")
COUNTS = (
    *("cases", "evaluations", "ratings", "active", "negative"),
    *("rectified", "due", "rectified_on_time", "visited", "satisfied"),
)
"""What may be counted of the cases of an area, tier and department; defined in ``records/definitions.py``."""
PUBLIC_SERVICES = "public_services"
_ADDRESSES = ("duckdb:///文件夹/文件.duckdb", "postgres://主机:端口/数据库", "sc://主机:端口")
_LEVELS = ("1", "2", "3", "4", "5")
_MOST_DAYS = 366
_KEYS = {
    "source": Key(),
    "tables": Key(TABLE),
    "city_area": Key(),
    "areas": Key(TABLE),
    "period_by": Key(),
    "extraction_date": Key(DAY),
    "levels_best": Key(NUMBER, most=5),
    "negative_levels": Key(CODES),
    "default_flags": Key(CODES),
    "default_channels": Key(CODES),
    "valid_flags": Key(CODES),
    "rectified_flags": Key(CODES),
    "satisfied_flags": Key(CODES),
    "count": Key(allowed=("cases", "ratings")),
    "rectification_working_days": Key(NUMBER, most=_MOST_DAYS),
    "public_service_departments": Key(TEXTS),
    "public_service_row": Key(),
    "measures": Key(TABLE),
    "annex": Key(TABLE),
    "channels": Key(TABLE),
    "details": Key(TABLE),
    "columns": Key(TABLE),
    "signs": Key(TABLE),
}
_ANNEX_KEYS = {
    "tiers": Key(TEXTS, is_required=True, allowed=TIERS),
    "rows": Key(is_required=True, allowed=DIMENSIONS),
    "columns": Key(allowed=DIMENSIONS),
    "departments": Key(allowed=(PUBLIC_SERVICES,)),
}


@dataclass(frozen=True)
class RecordTable:
    """Which cases an annex counts: those of some tiers, by what its rows and columns are.

    ``only_public_services`` leaves out every other department.
    """

    tiers: tuple[str, ...]
    rows: str
    columns: str = ""
    only_public_services: bool = False


@dataclass(frozen=True)
class RecordSettings:
    """The conventions in force: what each key means is written in ``docs/records.md``.

    Attributes
    ----------
    areas : mapping
        First six digits of an area's code to its name; ``city_area`` is the city's own.
    period_by : str
        ``finished`` or ``accepted``: the time that must lie in the period.
    extraction_date : date or None
        Evaluations count until the end of this day; None where no file says it.
    negative_levels : tuple of str
        Codes of 差评 as recorded.
    measures : mapping
        Name of a declared measure to one count, or to numerator and denominator.
    tables : mapping
        Name of an annex to what it counts.
    columns : mapping
        Name of a field to its heading in this city's exports, before the usual ones.
    signs : mapping
        Share of a unit's evaluations from which a sign (``SIGN_WORDS``) is put into that unit's sheet.
    source : str
        Address of the database that holds the records; blank where they are files.
    database_tables : mapping
        Kind of record to its table there.
    """

    city_area: str
    areas: Mapping[str, str]
    extraction_date: date | None = None
    period_by: str = "finished"
    levels_best: int = 5
    negative_levels: tuple[str, ...] = ("1", "2")
    default_flags: tuple[str, ...] = ("1",)
    default_channels: tuple[str, ...] = ()
    valid_flags: tuple[str, ...] = ("1",)
    rectified_flags: tuple[str, ...] = ("1",)
    satisfied_flags: tuple[str, ...] = ("1",)
    counts_ratings: bool = False
    rectification_working_days: int = 5
    public_service_departments: tuple[str, ...] = ()
    public_service_row: str = ""
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, RecordTable] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    database_tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def levels(self) -> tuple[str, ...]:
        """Codes of the levels, best first."""
        return _LEVELS[::-1] if self.levels_best == 5 else _LEVELS


@dataclass(frozen=True)
class RecordField:
    """A column of an export: its word, the headings under which it is known, and what it must be."""

    name: str
    word: str
    aliases: tuple[str, ...]
    is_required: bool = False
    is_mark: bool = False
    is_time: bool = False


@dataclass(frozen=True)
class RecordKind:
    """A kind of record (cases, evaluations …) with its fields in order."""

    name: str
    word: str
    fields: Mapping[str, RecordField]


@cache
def _usual_kinds() -> dict[str, RecordKind]:
    resource = files("haochaping.reference") / "record_fields.toml"
    kinds = {}
    for name, entry in parse_toml(resource.read_text("utf-8"), resource.name).items():
        fields = {
            field_name: RecordField(field_name, **{**content, "aliases": tuple(content["aliases"])})
            for field_name, content in entry["field"].items()
        }
        kinds[name] = RecordKind(name, entry["word"], fields)
    return kinds


def record_kinds(settings: RecordSettings | None = None) -> dict[str, RecordKind]:
    """The kinds of record, with the headings of `settings` before the usual ones."""
    own = settings.columns if settings else {}

    def with_own(kind: str, usual: RecordField) -> RecordField:
        added = [own[key] for key in (f"{kind}.{usual.name}", usual.name) if key in own]
        return replace(usual, aliases=(*added, *usual.aliases))

    return {
        name: RecordKind(name, kind.word, {f.name: with_own(name, f) for f in kind.fields.values()})
        for name, kind in _usual_kinds().items()
    }


def check_record_settings(folder: Path, declaration: Declaration) -> None:
    """Refuse the ``records.toml`` of a city or period with a wrong key or value, whether there are records or not.

    Raises
    ------
    InputRefused
        File, line, key, what is allowed.
    """
    _read_documents([folder / RECORD_SETTINGS], declaration)


def load_record_settings(reference: Path, raw: Path, declaration: Declaration) -> RecordSettings:
    """Read the conventions of a city, and of a period where its raw folder has some of its own.

    Parameters
    ----------
    reference, raw : Path
        Folder of the settings, and of the period's sources; each may hold a ``records.toml``.
    declaration : Declaration
        What annexes and measures there are.

    Raises
    ------
    InputRefused
        Neither has one; a key is unknown, missing or of a wrong type or value: file, line, key, what is allowed.
    """
    paths = [folder / RECORD_SETTINGS for folder in (reference, raw)]
    merged = _read_documents(paths, declaration)
    missing = [key for key in ("city_area", "areas") if key not in merged]
    if missing:
        expected = "读取单件记录须写明本市怎么数，各项见 docs/records.md"
        raise refuse(f"{paths[0]} 或 {paths[1]}", f"没有 {'、'.join(missing)}", expected)
    settings = _settings(merged)
    return settings if database_scheme(reference, raw) else replace(settings, source="")


def database_scheme(reference: Path, raw: Path) -> str:
    """How the address of the database with a period's records begins (``postgres``); blank where they are in none.

    They are in one if the period has settings of its own, and these or the city's name one. Other periods of the city are
    counted from no records.
    """
    own, general = raw / RECORD_SETTINGS, reference / RECORD_SETTINGS
    if not own.is_file():
        return ""
    merged: dict[str, Any] = {}
    for path in [path for path in (general, own) if path.is_file()]:
        merged |= parse_toml(_text(path), str(path))
    return str(merged.get("source") or "").partition(":")[0]


def setting_place(key: str, reference: Path, raw: Path) -> str:
    """File, line and key of a setting in force, for messages; the period's file where neither has it."""
    for path in (raw / RECORD_SETTINGS, reference / RECORD_SETTINGS):
        if path.is_file() and (lines := TomlLines(_text(path))).line((key,)):
            return lines.place(path, (key,))
    return str(raw / RECORD_SETTINGS)


def _text(path: Path) -> str:
    """The text of a settings file, which may be blank."""
    content = path.read_bytes()
    return decode(content, str(path)) if content.strip() else ""


def _read_documents(paths: Sequence[Path], declaration: Declaration) -> dict[str, Any]:
    """The content of those files that are there, later ones over earlier ones, checked."""
    merged: dict[str, Any] = {}
    problems: list[Problem] = []
    for path in [path for path in paths if path.is_file()]:
        text = _text(path)
        document = parse_toml(text, str(path))
        problems += _problems(document, path, TomlLines(text), declaration)
        merged |= document
    if problems:
        raise InputRefused(problems)
    return merged


def _problems(
    document: Mapping[str, Any], path: Path, lines: TomlLines, declaration: Declaration
) -> list[Problem]:
    checker = KeyChecker(path, lines)
    checker.check_entry((), {k: v for k, v in document.items() if (k, v) != ("source", "")}, _KEYS)
    for place, name in _misplaced(document):
        checker.problem((*place, name), name, "这一项应写在文件开头，第一个 [ ] 之前")
    if "levels_best" in document and document["levels_best"] not in (1, 5):
        checker.problem(("levels_best",), str(document["levels_best"]), "应为 5 或 1")
    if "period_by" in document and _time_field(document["period_by"]) is None:
        names = [alias for time in _time_fields() for alias in time.aliases]
        checker.problem(("period_by",), str(document["period_by"]), f"应为 {'、'.join(names)} 之一")
    for key, wanted in (("areas", 6), ("city_area", 6)):
        codes = document.get(key, {})
        for code in codes if isinstance(codes, dict) else [codes]:
            if not (isinstance(code, str) and code.isdecimal() and code.isascii() and len(code) == wanted):
                checker.problem((key, str(code)), str(code), "辖区代码应为六位数字")
    if document.get("source"):
        _check_source(checker, document["source"])
    for name, _ in _entries(document, "tables"):
        if name not in record_kinds():
            checker.problem(("tables", name), name, f"应为 {'、'.join(record_kinds())} 之一")
    for key in ("areas", "channels", "details", "columns", "tables"):
        for name, value in _entries(document, key):
            checker.check_type((key, name), value, "文字")
    fields = {f"{kind.name}.{name}" for kind in record_kinds().values() for name in kind.fields}
    for name, _ in _entries(document, "columns"):
        if name not in fields and not any(item.endswith(f".{name}") for item in fields):
            checker.problem(("columns", name), name, f"应为 {'、'.join(sorted(fields))} 之一")
    checker.check_entry(
        ("signs",), dict(_entries(document, "signs")), dict.fromkeys(SIGN_WORDS, Key(AMOUNT, most=1))
    )
    for name, value in _entries(document, "measures"):
        _check_measure(checker, name, value, declaration)
    for name, value in _entries(document, "annex"):
        if name not in declaration.annexes:
            checker.problem(("annex", name), name, f"应为 {'、'.join(declaration.annexes)} 之一")
        elif checker.check_type(("annex", name), value, TABLE):
            checker.check_entry(("annex", name), value, _ANNEX_KEYS)
    return checker.problems


def _misplaced(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Keys of the whole file that stand in a section, because they were written below its heading: section and key."""
    general = {name for name, key in _KEYS.items() if key.type != TABLE}
    for section, entries in document.items():
        if not isinstance(entries, dict):
            continue
        inner = [((section, name), value) for name, value in entries.items() if isinstance(value, dict)]
        for place, found in [((section,), entries), *inner]:
            yield from ((place, name) for name in found if name in general)


def _check_source(checker: KeyChecker, source: Any) -> None:
    """Refuse an address that names no engine, or holds an account; what it holds is not shown."""
    expected = f"应为 {'、'.join(_ADDRESSES)}"
    address = urlsplit(source if isinstance(source, str) else "")
    if "@" in address.netloc or ";" in str(source) or address.query:
        account = "用户名、口令不写在文件中，用环境变量给出，见 docs/records.md"
        checker.problem(("source",), "地址中有账号或参数", f"{account}；{expected}")
        return
    try:
        is_right = address.scheme == "duckdb" or (address.scheme in ("postgres", "sc") and address.hostname)
        _ = address.port
    except ValueError:
        is_right = False
    if not is_right:
        checker.problem(("source",), address.scheme, expected)


def _entries(document: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    section = document.get(key)
    return list(section.items()) if isinstance(section, dict) else []


def _check_measure(checker: KeyChecker, name: str, value: Any, declaration: Declaration) -> None:
    if name not in declaration.measures:
        checker.problem(("measures", name), name, f"应为 {'、'.join(declaration.measures)} 之一")
    parts = _parts(value)
    if not parts or len(parts) > 2 or any(part not in COUNTS for part in parts):
        expected = f"应为 {'、'.join(COUNTS)} 之一，或两者之比，如 satisfied / visited"
        checker.problem(("measures", name), str(value), expected)


def _parts(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split("/")) if isinstance(value, str) else ()


def _time_fields() -> list[RecordField]:
    cases = record_kinds()["cases"].fields
    return [cases["finished"], cases["accepted"]]


def _time_field(name: Any) -> str | None:
    """The field of cases whose name or heading this is: ``finished`` or ``accepted``."""
    return next((field.name for field in _time_fields() if name in (field.name, *field.aliases)), None)


def _settings(document: Mapping[str, Any]) -> RecordSettings:
    best = document.get("levels_best", 5)
    worst = ("1", "2") if best == 5 else ("4", "5")
    return RecordSettings(
        city_area=document["city_area"],
        areas=document["areas"],
        extraction_date=_day(document.get("extraction_date")),
        period_by=_time_field(document.get("period_by", "finished")) or "finished",
        levels_best=best,
        negative_levels=_codes(document, "negative_levels", worst),
        default_flags=_codes(document, "default_flags", ("1",)),
        default_channels=_codes(document, "default_channels", ()),
        valid_flags=_codes(document, "valid_flags", ("1",)),
        rectified_flags=_codes(document, "rectified_flags", ("1",)),
        satisfied_flags=_codes(document, "satisfied_flags", ("1",)),
        counts_ratings=document.get("count", "cases") == "ratings",
        rectification_working_days=document.get("rectification_working_days", 5),
        public_service_departments=tuple(document.get("public_service_departments", ())),
        public_service_row=document.get("public_service_row", ""),
        measures={name: _parts(value) for name, value in document.get("measures", {}).items()},
        tables={name: _table(entry) for name, entry in document.get("annex", {}).items()},
        channels=document.get("channels", {}),
        details=document.get("details", {}),
        columns=document.get("columns", {}),
        signs=document.get("signs", {}),
        source=document.get("source", ""),
        database_tables=document.get("tables", {}),
    )


def _codes(document: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(code) for code in document[key]) if key in document else default


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) or value is None else date.fromisoformat(value)


def _table(entry: Mapping[str, Any]) -> RecordTable:
    return RecordTable(
        tuple(entry["tiers"]),
        entry["rows"],
        entry.get("columns", ""),
        entry.get("departments") == PUBLIC_SERVICES,
    )
