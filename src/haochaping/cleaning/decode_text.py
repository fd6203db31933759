"""Bytes of a text file to text, or a refusal that says what the file really is."""

from __future__ import annotations

from haochaping.core.errors import refuse

# First bytes of files that are often renamed to .txt, what such a file is, and what to do instead.
_SIGNATURES = [
    (b"%PDF", "PDF 文件", "请在 PDF 阅读器中全选复制文字，另存为 .txt 后再放入"),
    (b"PK\x03\x04", "Word、Excel 或压缩文件", "请在 Word 中另存为“纯文本（.txt）”后再放入"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word 或 Excel 文件", "请在 Word 中另存为“纯文本（.txt）”后再放入"),
    (b"{\\rtf", "RTF 文件", "请另存为“纯文本（.txt）”后再放入"),
]


def decode(data: bytes, place: str) -> str:
    """Decode UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030.

    Parameters
    ----------
    data : bytes
        The whole file.
    place : str
        File name for the message.

    Raises
    ------
    InputRefused
        The file is empty, is a known binary format, or is text in none of the three encodings.
    """
    for signature, kind, advice in _SIGNATURES:
        if data.lstrip()[: len(signature)] == signature:
            raise refuse(place, f"内容是{kind}", advice)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _decode_or_none(data, "utf-16")
    else:
        text = _decode_or_none(data, "utf-8-sig")
        if text is None:
            text = _decode_or_none(data, "gb18030")
    if text is None or "\x00" in text:
        raise refuse(place, "不是文本文件", "应为 UTF-8 或 GB18030 编码的纯文本")
    if not text.strip():
        raise refuse(place, "空文件", "应有通报正文和附件")
    return text


def _decode_or_none(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
