"""A sequence that is made when somebody first looks into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

_Item = TypeVar("_Item", covariant=True)


class LazySequence(Sequence[_Item]):
    """The items that a function gives, called at most once; another process gets them as a tuple."""

    def __init__(self, make: Callable[[], Sequence[_Item]]):
        self._make = make
        self._made: tuple[_Item, ...] | None = None

    @property
    def _items(self) -> tuple[_Item, ...]:
        if self._made is None:
            self._made = tuple(self._make())
        return self._made

    @overload
    def __getitem__(self, index: int) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Item]: ...
    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._items,)
