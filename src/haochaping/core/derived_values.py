"""Values that are computed from frames once, and again only after a frame was changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

Derive = Callable[..., Any]


class DerivedValues:
    """What functions made of some frames.

    Shallow copies of the frames are held: with copy-on-write pandas then gives a frame that is written to new arrays,
    instead of changing those that it has. So arrays that are the same objects hold the same values, and an analyst who
    edits a frame in the notebook is seen. Comparing contents instead would take as long as an index of cells.

    Parameters
    ----------
    frames : sequence of DataFrame
        All that the values are computed from.
    """

    def __init__(self, frames: Sequence[pd.DataFrame]):
        self._held = [frame.copy(deep=False) for frame in frames]
        self._arrays = _array_ids(frames)
        self._values: dict[tuple[object, ...], tuple[tuple[object, ...], Any]] = {}

    def are_of(self, frames: Sequence[pd.DataFrame]) -> bool:
        """Whether `frames` are those of the beginning, unchanged."""
        return self._arrays == _array_ids(frames)

    def find(self, derive: Derive, *args: object) -> Any:
        """The value of `derive` for these arguments (the same objects); None where there is none yet."""
        return self._values.get((derive, *map(id, args)), ((), None))[1]

    def set(self, value: Any, derive: Derive, *args: object) -> None:
        """Keep a value of `derive`; the arguments are kept too, so that no other object gets their ids."""
        self._values[(derive, *map(id, args))] = args, value


def _array_ids(frames: Sequence[pd.DataFrame]) -> list[int]:
    return [id(part) for frame in frames for part in (frame, frame.index, frame.columns, *frame._mgr.arrays)]
