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


def code_of_function(module: str, function: str, folders: Sequence[str]) -> tuple[list[str], str]:
    """The files of other modules that a function uses, and what it uses of its own one: all of it, if that is unclear.

    Used is what its code names, what that names in turn, and what runs when the module is imported.
    """
    own = [file for file in files_of_installed(module, folders) if _is_of(module, file) and file.endswith(".py")]
    if not own:
        return files_of_module(module, folders), ""
    source = _used_by(_source(own[0]), function)
    files = [file for other in _imports(source, _package(own[0], folders)) for file in _files(other, folders)]
    return files_behind((file for file in files if file != own[0]), folders), source.decode(errors="replace")


def _used_by(source: bytes, function: str) -> bytes:
    """The statements of a module that are executed when it is imported, or when the function is called."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    binding: dict[str, list[ast.stmt]] = {}
    todo = []
    for statement in statements:
        names = list(_bound(statement))
        for name in names:
            binding.setdefault(name, []).append(statement)
        if not names:
            todo.append(statement)
    todo += binding.get(function, statements)
    used: dict[ast.stmt, None] = {}
    while todo:
        statement = todo.pop()
        if statement not in used:
            used[statement] = None
            named = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            todo += (other for name in named for other in binding.get(name, ()))
    lines = source.splitlines()
    ordered = sorted(used, key=lambda statement: statement.lineno)
    return b"\n".join(b"\n".join(lines[_first_line(each) - 1 : each.end_lineno]) for each in ordered)


def _first_line(statement: ast.stmt) -> int:
    """Where it begins, with what decorates it."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a definition, an import or a plain assignment binds; none of a statement that does more."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        if all(alias.name != "*" for alias in statement.names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
        yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id


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
