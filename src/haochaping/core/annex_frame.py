"""The frame of an annex, with the columns of the data contract."""

from __future__ import annotations

from collections.abc import Callable

from haochaping.core.named_columns import NamedColumns


class AnnexFrame(NamedColumns):
    """A frame with the columns of the data contract; what pandas makes of it is one too."""

    @property
    def _constructor(self) -> Callable[..., AnnexFrame]:
        return AnnexFrame

    def _what_is_there(self) -> list[str]:
        calls = "比率用 hcp.with_rates(q, 附件) 加上，中文列名用 hcp.table(q, 附件)"
        return [*super()._what_is_there(), calls]
