"""Promises about the tree itself: locks without addresses, imports that point one way."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> set[str]:
    return {normalised(name) for name in re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)}


def asked_for(requirements: list[str]) -> set[str]:
    return {normalised(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_pins_every_dependency_by_hash_and_names_no_address(lock):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = asked_for(project["project"]["dependencies"])
    if lock == "requirements-dev.txt":
        wanted |= asked_for(project["dependency-groups"]["dev"])
    text = (ROOT / lock).read_text()
    assert wanted <= locked(lock)
    assert text.count("--hash=sha256:") >= len(locked(lock))
    assert not re.search(r"https?://|file:|--(?:extra-)?index-url|--find-links|@ ", text)


@pytest.mark.parametrize(
    ("room", "unknown"),
    [
        ("profiles", {"feedback", "notifications", "monitor"}),
        ("feedback", {"notifications", "monitor"}),
        ("notifications", {"feedback", "monitor"}),
    ],
)
def test_imports_point_one_way(room, unknown):
    for source in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
            foreign = unknown & {name.partition(".")[0] for name in names}
            assert not foreign, f"{source.relative_to(ROOT)} imports {foreign}"
