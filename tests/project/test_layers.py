"""The arrows between the packages, and what no simulator may do. Reads sources only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "schemas": set(),
    "simulators": {"schemas"},
    "reports": {"schemas"},
    "harness": {"schemas", "simulators", "reports", "testcases"},
    "testcases": {"harness"},
}
LOADERS_OF_CASES = {"harness/casebook.py"}
"""Where the harness may name `testcases`: to find the cases, never to use one."""
PRODUCT_MAY = {"simulators.clock", "simulators.product", "simulators.documents", "simulators.people"}
"""What the reference product shares with the world: time, and the builders of documents with the people in
them. The builders talk to nobody and share no code with the checks, so that a misunderstanding in them is
seen by the checks; what they build is the product's own as if it had written them.
"""
CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


def sources(folder):
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def module_of(path, root=ROOT):
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree, module, *, is_package):
    """Yield (dotted name, line) of everything that a module imports, wherever it stands in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")
            if node.level:
                base = base[: len(base) - node.level + is_package]
                start = ".".join([*base, *([node.module] if node.module else [])])
            else:
                start = node.module or ""
            for name in node.names:
                yield f"{start}.{name.name}", node.lineno


def wrong_imports(path, text, root=ROOT):
    """Return `file:line imports name` for every arrow that is not allowed."""
    module = module_of(path, root)
    layer = module.partition(".")[0]
    allowed = ALLOWED[layer] | {layer}
    relative = path.relative_to(root).as_posix()
    found = []
    for name, line in imported(ast.parse(text), module, is_package=path.name == "__init__.py"):
        top = name.partition(".")[0]
        if top not in {*ALLOWED, "tests"}:
            continue
        to_cases = layer == "harness" and top == "testcases" and relative not in LOADERS_OF_CASES
        if top not in allowed or to_cases:
            found.append(f"{relative}:{line} imports {name}")
    return found


def product_imports(path, text, root=ROOT):
    """Return what the reference product imports of the world that it is to be judged in."""
    found = []
    for name, line in imported(ast.parse(text), module_of(path, root), is_package=path.name == "__init__.py"):
        ours = name == "simulators" or name.startswith("simulators.")
        if ours and not any(name == may or name.startswith(f"{may}.") for may in PRODUCT_MAY):
            found.append(f"{path.name}:{line} imports {name}")
    return found


def clock_calls(path, text):
    """Return the calls that take the time instead of being given it."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if (name, node.func.attr) in CLOCK_CALLS:
            found.append(f"{path.name}:{node.lineno} {name}.{node.func.attr}()")
    return found


@pytest.mark.parametrize("layer", ALLOWED)
def test_a_layer_imports_only_what_is_below_it(layer):
    files = sources(layer)
    assert files, f"no module in {layer}/"
    wrong = [line for path in files for line in wrong_imports(path, path.read_text("utf-8"))]
    assert not wrong, "\n".join(wrong)


def test_the_reference_product_shares_no_code_with_the_servers():
    files = sources("simulators/product")
    assert files
    wrong = [line for path in files for line in product_imports(path, path.read_text("utf-8"))]
    assert not wrong, "\n".join(wrong)


def test_no_simulator_takes_the_time():
    files = [path for path in sources("simulators") if path != ROOT / "simulators" / "clock.py"]
    wrong = [line for path in files for line in clock_calls(path, path.read_text("utf-8"))]
    assert not wrong, "\n".join(wrong)


def test_modules_stay_readable():
    long = {path: len(path.read_text("utf-8").splitlines()) for layer in ALLOWED for path in sources(layer)}
    over = [f"{path.relative_to(ROOT)} {lines}" for path, lines in long.items() if lines > 500]
    assert not over, f"split these modules: {over}"
    assert sum(lines <= 300 for lines in long.values()) / len(long) > 0.9


# --- the checks see what they look for ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("schemas/a.py", "from harness.findings import Finding", 1),
        ("schemas/a.py", "import schemas.text", 0),
        ("simulators/a.py", "def f():\n    from harness import bench\n", 1),
        ("simulators/a.py", "from simulators.clock import Clock\nfrom schemas.text import Bilingual", 0),
        ("simulators/imap/a.py", "from ..clock import Clock", 0),
        ("reports/a.py", "import simulators.journal", 1),
        ("reports/a.py", "from reports.record import Record", 0),
        ("harness/a.py", "import testcases", 1),
        ("harness/casebook.py", "import testcases", 0),
        ("harness/a.py", "from reports import write_html\nimport simulators.space", 0),
        ("testcases/a.py", "from tests.x import y", 1),
        ("testcases/a.py", "from reports import write_html", 1),
        ("testcases/a.py", "from simulators.space import Space", 1),
        ("testcases/a.py", "from harness.bench import Bench", 0),
    ],
)
def test_a_wrong_arrow_is_seen(file, text, expected):
    root = Path("/root-of-nothing")
    assert len(wrong_imports(root / file, text, root)) == expected


def test_a_server_in_the_product_is_seen():
    root = Path("/root-of-nothing")
    path = root / "simulators" / "product" / "a.py"
    assert product_imports(path, "from simulators.psc import Client", root)
    assert product_imports(path, "from simulators import wire", root)
    assert product_imports(path, "from ..smtp import syntax", root)
    assert not product_imports(path, "from simulators.clock import Clock", root)


def test_a_taken_time_is_seen():
    path = Path("a.py")
    assert clock_calls(path, "import datetime\ndatetime.datetime.now()")
    assert clock_calls(path, "import time\ntime.time()")
    assert not clock_calls(path, "clock.now()\ntime.monotonic()")
