"""Files of an export are told apart by their columns, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from haochaping.core.errors import InputRefused
from haochaping.records.record_files import recognise
from haochaping.reference.record_settings import RecordSettings, record_kinds

SETTINGS = RecordSettings("370300", {})


def written(folder: Path, name: str, header: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(f"{header}\n".encode(encoding))
    return path


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("projectNo,areaCode,deptName,acceptDate,resultDate", "cases"),
        ("PROJECTNO;AREACODE;受理部门;办结时间", "cases"),
        ("办件编号,满意度,评价时间,是否默认", "evaluations"),
        ("projectno\tassessNumber\tsatisfaction\tassessTime\tisdefault\teffectivEvalua", "evaluations"),
        ("projectNo,assessNumber,assessTime,reformTime,rectification,revisitSatisfied", "rectifications"),
        ("projectNo,serviceNumber,serviceTime,serviceName", "services"),
    ],
)
def test_kinds_are_known_by_their_columns(tmp_path: Path, header: str, kind: str) -> None:
    encoding = "gb18030" if "受理" in header else "utf-8-sig"
    [found] = recognise([written(tmp_path, "甲.csv", header, encoding)], record_kinds())
    assert found.kind.name == kind
    assert found.columns["case_no"].lower() in ("projectno", "办件编号")


def test_a_city_may_name_its_own_column(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "编号,areaCode,deptName,acceptDate,resultDate")
    with pytest.raises(InputRefused, match="没有办件编号"):
        recognise([path], record_kinds())
    own = RecordSettings("370300", {}, columns={"cases.case_no": "编号"})
    [found] = recognise([path], record_kinds(own))
    assert found.columns["case_no"] == "编号"


def test_every_file_with_a_problem_is_named(tmp_path: Path) -> None:
    paths = [
        written(tmp_path, "a.csv", "projectNo,areaCode,deptName,acceptDate"),
        written(tmp_path, "b.csv", "甲,乙"),
        written(tmp_path, "c.pdf", "x"),
    ]
    with pytest.raises(InputRefused) as raised:
        recognise(paths, record_kinds())
    message = raised.value.message
    assert "records/a.csv 第 1 行" in message and "resultDate" in message
    assert "records/b.csv" in message and "认不出" in message
    assert "records/c.pdf" in message


def test_no_column_of_a_person_is_a_field() -> None:
    aliases = {a.lower() for kind in record_kinds().values() for f in kind.fields.values() for a in f.aliases}
    personal = {
        *("username", "certkey", "mobile", "writingevaluation", "winname", "winusername", "promanager"),
        *("评价人员", "联系方式", "窗口名称", "评价理由"),
    }
    assert not aliases & personal
