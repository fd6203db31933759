"""The style sheet: contrast, text sizes, and nothing that old office browsers do not know."""

import re
from pathlib import Path

import pytest

import haochaping
from haochaping.outputs.page.convert import TEMPLATE
from haochaping.present.charts import style as charts

SHEET = (TEMPLATE / "style.css").read_text(encoding="utf-8")
RULES = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL)
COLOURS = dict(re.findall(r"--([a-z]+): (#[0-9A-F]{6})", RULES))
GROUNDS = {"white": "#FFFFFF", **{name: COLOURS[name] for name in ("faint", "mark", "alarm")}}
TEXTS = ["ink", "quiet", "red", "amber", "green", "blue"]
ENOUGH_FOR_TEXT, ENOUGH_FOR_SHAPES, ENOUGH_IN_GREY = 4.5, 3.0, 0.15
NEWER = [
    ":has(", "@layer", "@container", "color-mix(", "oklch(", "lab(", "accent-color", "text-wrap", "subgrid",
    "dvh", "svh", "lvh", "@scope", "light-dark(", "field-sizing", "anchor(", "scrollbar-gutter", "&",
]  # fmt: skip
"""What Chromium learnt after version 90 and style sheets use today."""


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", TEXTS)
def test_text_stands_out_and_the_comment_says_how_much(name: str) -> None:
    ratios = [contrast(COLOURS[name], ground) for ground in GROUNDS.values()]
    assert min(ratios) >= ENOUGH_FOR_TEXT
    [said] = re.findall(
        rf"^ +--{name} +(#\w+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", SHEET, flags=re.MULTILINE
    )
    assert said == (COLOURS[name], *(f"{ratio:.1f}" for ratio in ratios))


def test_colours_are_used_by_name_only() -> None:
    screen = RULES[RULES.index("}") :]
    assert set(re.findall(r"#[0-9A-Fa-f]{3,6}\b", screen)) <= {"#fff", COLOURS["quiet"]}


def test_charts_use_the_colours_of_the_page() -> None:
    for name in ("INK", "QUIET", "BLUE", "RED", "AMBER"):
        assert getattr(charts, name) == COLOURS[name.lower()]
    assert COLOURS["line"] == charts.PALE


@pytest.mark.parametrize("colour", [charts.BLUE, charts.GREY, charts.RED, charts.AMBER])
def test_shapes_in_charts_stand_out(colour: str) -> None:
    assert contrast(colour, "#FFFFFF") >= ENOUGH_FOR_SHAPES


def test_pairs_of_bars_are_told_apart_in_grey_print_and_without_colour_vision() -> None:
    assert luminance(charts.GREY) - luminance(charts.BLUE) >= ENOUGH_IN_GREY


def test_no_text_is_under_twelve_pixels() -> None:
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: ([\d.]+)px", RULES)]
    assert len(sizes) > 20 and min(sizes) >= 12
    said = re.search(r"Type on screen: (.*?) px;", SHEET)
    assert said and {int(n) for n in re.findall(r"\b\d\d\b", said.group(1))} == {int(size) for size in sizes}


@pytest.mark.parametrize("feature", NEWER)
def test_nothing_is_newer_than_chromium_90(feature: str) -> None:
    assert feature not in RULES


def test_every_class_in_the_style_sheet_is_made_somewhere() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(haochaping.__file__).parent.rglob("*")
        if path.suffix in (".py", ".j2", ".js")
    )
    made = set(re.findall(r"[\w-]+", source))
    stems = {"verdict", "matter", "status", "drawing", "tint"}
    """Their classes are put together: ``verdict-{…}``."""
    styled = set(re.findall(r"\.([a-z][\w-]+)(?=[^{}]*\{)", re.sub(r"[\d.]+px", "", RULES)))
    assert {name for name in styled if name not in made and name.partition("-")[0] not in stems} == set()
