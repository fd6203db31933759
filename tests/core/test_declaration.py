"""What a declared annex knows of itself."""

from haochaping.core.declaration import AnnexSpec, Group


def test_a_total_is_its_group_s_however_its_label_is_spaced() -> None:
    towns, offices = Group("town", "乡镇", "town", ("单位",)), Group("office", "部门", "office", ("单位",))
    spec = AnnexSpec("units", None, "各单位", (), (towns, offices), None, {}, totals={"乡镇小计": "town"})
    assert spec.group_of_total("乡镇　小 计") == "town"
    assert spec.group_of_total("合计") == ""
