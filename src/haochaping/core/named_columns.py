"""A pandas frame that says what it has where a column is asked for that it has not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from haochaping.core.errors import UnknownName


class NamedColumns(pd.DataFrame):
    """A frame whose unknown columns are refused with the known ones."""

    def __getitem__(self, key: Any) -> Any:
        """A column, or rows.

        Raises
        ------
        UnknownName
            There is no column of that name.
        """
        try:
            return super().__getitem__(key)
        except KeyError:
            if not isinstance(key, str):
                raise
            raise UnknownName("列", key, self._what_is_there()) from None

    def _what_is_there(self) -> list[str]:
        return list(map(str, self.columns))
