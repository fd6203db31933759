"""The locked packages: what ``requirements.txt`` pins, for which Python and system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Pin:
    """One entry of the lock: a package with its one version and marker, and the hashes of its files."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Normalised name (PEP 503), for comparing."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version that is locked."""
        return next(iter(self.requirement.specifier)).version

    def is_needed_in(self, environment: Mapping[str, str] | None = None) -> bool:
        """Whether the package is needed in `environment` (PEP 508 markers); by default in the running Python."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(environment) if environment else None)

    def line(self) -> str:
        """The pin as a line for pip, with hashes but without its marker, which :meth:`holds` has evaluated."""
        hashes = "".join(f" --hash={value}" for value in self.hashes)
        return f"{self.requirement.name}=={self.version}{hashes}"


def read_pins(lock: str) -> list[Pin]:
    """Parse the text of a lock file as `make lock` writes it."""
    return list(map(_pin, _entries(lock)))


def needed_pins(pins: Iterable[Pin], environment: Mapping[str, str] | None = None) -> list[Pin]:
    """The pins whose markers hold in `environment`; by default in the running Python."""
    return [pin for pin in pins if pin.is_needed_in(environment)]


def _entries(lock: str) -> Iterator[str]:
    """Entries of the file, each on one line, without comments."""
    lines = (line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    for entry in "\n".join(lines).replace("\\\n", " ").splitlines():
        if entry.strip():
            yield entry


def _pin(entry: str) -> Pin:
    requirement, *hashes = entry.split(" --hash=")
    return Pin(Requirement(requirement.strip()), tuple(value.strip() for value in hashes))
