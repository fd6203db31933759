"""What the source must not contain, and no secret in any tracked file."""

import ast
import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    [*(ROOT / "src").rglob("*.py"), *(ROOT / ".ci").glob("*.py"), *(ROOT / "docs").rglob("*.py")]
)
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "xmlrpc",
    "telnetlib",
}
"""Modules that run what they read, or talk to others."""
NETWORK = {
    "socket",
    "ssl",
    "http",
    "ftplib",
    "smtplib",
    "urllib.request",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
}
CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {
    *(
        "read_pickle",
        "to_pickle",
        "extractall",
        "extract",
        "unpack_archive",
        "system",
        "popen",
        "query",
        "eval",
    ),
    *("from_string", "write_url", "write_formula", "write_array_formula", "write_dynamic_array_formula"),
}
"""Methods that run text, unpack to the disk, or make a formula or a link; where one is needed, :data:`KNOWN` says why."""
KNOWN = {
    ("checks/rule_sentence.py", "from_string"): "a rule's sentence, in the sandbox",
    ("read/formats/pdf.py", "extract"): "the texts of a table on a page",
    ("src/haochaping_dev/bundle/target.py", "system"): "what platform calls this system",
    ("outputs/excel/annexes_workbook.py", "write_url"): "from the contents to our own sheets",
    ("outputs/form/form_annex.py", "write_formula"): "sums and rates of the form, of addresses alone",
    ("outputs/form/form_entries.py", "write_formula"): "a note that follows the dates, its words quoted",
    ("outputs/form/form_help.py", "write_formula"): "what is still blank, headings quoted",
}


REACHES = {
    (
        "records/databases/spark_engine.py",
        "socket",
    ): "whether a cluster is at the address that the city wrote",
    ("src/haochaping_dev/engines.py", "socket"): "free ports of this machine, for tests",
    ("src/haochaping_dev/jupyterlab.py", "socket"): "a free port of this machine, for tests and pictures",
}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix().removeprefix("src/haochaping/")
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 150


@pytest.mark.slow
def test_nothing_is_imported_that_runs_what_it_reads_or_reaches_the_network() -> None:
    found = {
        (name, module)
        for name, tree in trees()
        for module in imported(tree)
        if module.split(".")[0] in MODULES | NETWORK or module in NETWORK
    }
    assert found == set(REACHES)


@pytest.mark.slow
def test_nothing_is_evaluated_unpacked_or_run_by_a_shell() -> None:
    found = set()
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in CALLS:
                found.add((name, node.func.id))
            if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
                found.add((name, node.func.attr))
            if any(word.arg == "shell" for word in node.keywords):
                found.add((name, "shell="))
            if any(word.arg == "allow_pickle" for word in node.keywords):
                found.add((name, "allow_pickle="))
    assert found == set(KNOWN)


@pytest.mark.slow
def test_yaml_is_not_read() -> None:
    assert not [
        name for name, tree in trees() if "yaml" in {module.split(".")[0] for module in imported(tree)}
    ]


@pytest.mark.slow
def test_templates_that_make_html_escape() -> None:
    """Every jinja2 environment either escapes by itself, or makes no HTML (sentences and rules, escaped piece by piece)."""
    settings = {}
    for name, tree in trees():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id.endswith("Environment"):
                settings[name] = {word.arg: ast.unparse(word.value) for word in node.keywords}["autoescape"]
    assert settings == {
        "present/sentences.py": "False",
        "checks/rule_sentence.py": "False",
        "outputs/index/index_page.py": "True",
    }


@pytest.mark.slow
def test_no_tracked_file_holds_a_secret(tmp_path: Path) -> None:
    """Keys, tokens, passwords, as detect-secrets knows them."""
    planted = tmp_path / "planted.py"
    planted.write_text('key = "AKIA' + "IOSFODNN7" + 'EXAMPL1"\n', encoding="utf-8")
    assert scanned([str(planted)], tmp_path), "the scan finds what is planted"
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("没有 git，无从知道哪些文件要检查")
    assert scanned([], ROOT) == {}


def scanned(paths: list[str], folder: Path) -> dict[str, list[tuple[str, int]]]:
    command = [sys.executable, "-m", "detect_secrets", "scan", "--no-verify", *paths]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)["results"]
    return {name: [(one["type"], one["line_number"]) for one in found] for name, found in results.items()}


# --- make audit ----------------------------------------------------------------------------------------------

LOCK = "甲==1.0 \\\n    --hash=sha256:0\nbeta==2.0 ; python_version < '3'\ngamma==3.0\n".replace(
    "甲", "alpha"
)


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([{"name": "alpha", "version": "1.0", "vulns": []}, {"name": "gamma", "version": "3.0", "vulns": []}], 0, "没有已知漏洞"),
        ([{"name": "alpha", "version": "1.0", "vulns": []}, {"name": "gamma", "skip_reason": "not found"}], 3, "1 个未能查询"),
        ([], 3, "2 个未能查询"),
        (None, 3, "这不是通过"),
        (
            [{"name": "alpha", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}],
            1,
            "PYSEC-1（alpha 1.0，1.1）",
        ),
    ],
    ids=["clean", "one unknown", "nothing asked", "no service", "vulnerable"],
)  # fmt: skip
def test_an_audit_never_takes_silence_for_success(
    answers: list[dict] | None, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (
        "requirements.txt",
        "requirements-records.txt",
        "requirements-engines.txt",
        "requirements-dev.txt",
    ):
        (tmp_path / name).write_text(LOCK, encoding="utf-8")
    auditor = tmp_path / "auditor.py"
    told = "no network" if answers is None else json.dumps({"dependencies": answers})
    auditor.write_text(f"print({told!r})", encoding="utf-8")
    main = runpy.run_path(str(ROOT / ".ci" / "audit.py"))["main"]
    assert main([sys.executable, str(auditor)], tmp_path) == code
    assert said in capsys.readouterr().err
