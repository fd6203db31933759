"""Bytes to text in every encoding offices use; anything else is refused."""

import pytest

from haochaping.cleaning.decode_text import decode
from haochaping.core.errors import InputRefused

TEXT = "附件 1：\n1 张店区 10 100%\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_of_offices(encoding):
    assert decode(TEXT.encode(encoding), "a.txt") == TEXT


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_utf_16_in_both_byte_orders(mark, encoding):
    assert decode(mark + TEXT.encode(encoding), "a.txt") == TEXT


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t\r\n",
        "\ufeff \n".encode(),
        b"%PDF-1.7 ...",
        b"\r\n%PDF-1.7",
        b"PK\x03\x04...",
        b"\xd0\xcf\x11\xe0...",
        b"{\\rtf1 ...",
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16")[:-1],
        TEXT.encode("utf-32"),
        b"\x80\x81\xff\xfe\xff",
        TEXT.replace("10", "1\x000").encode(),
    ],
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(InputRefused) as refusal:
        decode(data, "a.txt")
    assert "a.txt" in refusal.value.message


def test_known_formats_are_named_with_a_way_round():
    with pytest.raises(InputRefused, match=r"PDF.*另存为"):
        decode(b"%PDF-1.7", "a.txt")
