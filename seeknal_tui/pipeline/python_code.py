"""The files of the user's code that a Python module is made of, found by reading it. Nothing is imported or executed.

Followed are the modules that lie in the folders of the user's project, wherever in the code they are imported; what is
installed or belongs to Python is not. An import by a name that is worked out, and what the code opens or calls
besides, cannot be seen.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

COMPILED = (".so", ".pyd")
IMPORTERS = ("import_module", "__import__")


def files_of_module(module: str, folders: Sequence[str]) -> list[str]:
    """The files of a module and of all that it imports from those folders; none if it is in none of them."""
    return files_behind(files_of_installed(module, folders), folders)


def files_of_installed(module: str, folders: Sequence[str]) -> list[str]:
    """The files of a module itself, and of the packages around it."""
    own = _files(module, folders)
    return own if any(_is_of(module, file) for file in own) else []


def files_behind(files: Iterable[str], folders: Sequence[str]) -> list[str]:
    """Those files of Python code, and those of all modules that they import from the folders."""
    found: dict[str, None] = {}
    todo = list(files)
    while todo:
        file = todo.pop()
        if file in found:
            continue
        found[file] = None
        if file.endswith(".py"):
            for module in _imports(_source(file), _package(file, folders)):
                todo += _files(module, folders)
    return sorted(found)


def _source(file: str) -> bytes:
    try:
        with open(file, "rb") as source:
            return source.read()
    except OSError:
        return b""


def _files(module: str, folders: Sequence[str]) -> list[str]:
    """The files that importing a module runs, of its packages and its own, in the first folder that has any of them."""
    if not all(part.isidentifier() for part in module.split(".")):
        return []
    for folder in folders:
        files, at = [], folder
        for part in module.split("."):
            at = os.path.join(at, part)
            here = [path for path in _candidates(at) if os.path.isfile(path)]
            if not here and not os.path.isdir(at):
                break
            files += here[:1]
        if files:
            return files
    return []


def _candidates(at: str) -> Iterator[str]:
    yield os.path.join(at, "__init__.py")
    yield f"{at}.py"
    folder, name = os.path.split(at)
    try:
        others = os.listdir(folder)
    except OSError:
        return
    yield from (
        os.path.join(folder, other) for other in others if other.startswith(f"{name}.") and other.endswith(COMPILED)
    )


def _is_of(module: str, file: str) -> bool:
    """Whether a file is the module's own, and not only that of a package around it."""
    name = module.rpartition(".")[2]
    base = os.path.basename(file)
    return base.startswith(f"{name}.") or (base == "__init__.py" and os.path.basename(os.path.dirname(file)) == name)


def _package(file: str, folders: Sequence[str]) -> str:
    """The package that a relative import in the file starts from."""
    for folder in folders:
        if file.startswith(folder + os.sep):
            return ".".join(os.path.dirname(os.path.relpath(file, folder)).split(os.sep)).strip(".")
    return ""


@lru_cache(maxsize=1024)
def _imports(source: bytes, package: str) -> tuple[str, ...]:
    """The modules that some code imports; if it is no Python, none. ``from a import b`` may mean the module a.b."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            found[base] = None
            found.update(dict.fromkeys(f"{base}.{alias.name}".strip(".") for alias in node.names))
        elif isinstance(node, ast.Call) and _name(node.func) in IMPORTERS and node.args:
            module = node.args[0]
            if isinstance(module, ast.Constant) and isinstance(module.value, str):
                found[module.value if not module.value.startswith(".") else f"{package}{module.value}"] = None
    return tuple(found)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
