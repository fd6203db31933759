"""Whether what is published is of today's inputs."""

import json
from datetime import date
from pathlib import Path

from haochaping.core.period import Period
from haochaping.outputs.published.file_names import MANIFEST
from haochaping.pipeline.fingerprint import hash_inputs
from haochaping.pipeline.verify import is_outdated
from tests.pipeline.published_folders import publish, root, series


def test_a_quarter_is_outdated_when_its_inputs_changed_or_nobody_knows_them(tmp_path: Path) -> None:
    where, quarter = root(tmp_path), Period(2024, 1)
    folder = publish(where, series(quarter, 1)[0], as_of="2024-04-20", inputs={}, package="")
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert is_outdated(where, quarter)
    key = hash_inputs(where, quarter, date(2024, 4, 20)).key
    path.write_text(json.dumps({**manifest, "key": key}), encoding="utf-8")
    assert not is_outdated(where, quarter)
    for damaged in ("{", "[]"):
        path.write_text(damaged, encoding="utf-8")
        assert is_outdated(where, quarter)
