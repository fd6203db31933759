"""The frame of an annex: a pandas frame that says what it has where a column is asked for that it has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from haochaping.core.errors import UnknownName


class AnnexFrame(pd.DataFrame):
    """A frame with the columns of the data contract; what pandas makes of it is one too."""

    @property
    def _constructor(self) -> Callable[..., AnnexFrame]:
        return AnnexFrame

    def __getitem__(self, key: Any) -> Any:
        """A column, or rows; an unknown column is refused with the known ones and the call that adds rates."""
        try:
            return super().__getitem__(key)
        except KeyError:
            if not isinstance(key, str):
                raise
            known = [
                *map(str, self.columns),
                "比率用 hcp.with_rates(q, 附件) 加上，中文列名用 hcp.table(q, 附件)",
            ]
            raise UnknownName("列", key, known) from None
