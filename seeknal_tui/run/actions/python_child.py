"""The process of a ``python`` task: ``python_child.py DESCRIPTOR FOLDER MODULE FUNCTION``.

Runs as a script, and imports little, because each such task waits for it. Imports the user's module, calls the
function, and tells its progress, its error and the files it opens through the descriptor, for
:class:`seeknal_tui.run.actions.python.Messages` to read.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType, TracebackType
    from typing import NoReturn

PACKAGE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
LONGEST_ERROR = 2000
"""Characters of the error that is told; the whole of it is in the task's output."""
MOST_FILES = 500
"""That are told of."""
NO_DATA = (".py", ".pyc", ".so", ".dylib", ".pth")
OURS = (__file__, importlib.__file__, "<frozen importlib")


def main() -> None:
    """Call the function; exit with 1, the error told, when that fails."""
    descriptor, folder, module_name, function_name = int(sys.argv[1]), *sys.argv[2:]
    os.set_inheritable(descriptor, False)
    sys.argv = [f"{module_name}:{function_name}"]
    sys.path[:0] = dict.fromkeys((folder, os.getcwd()))
    sys.path.append(PACKAGE)
    child = Child(descriptor, folder)
    sys.addaudithook(Files(child, folder).hook)
    child.call(child.function(module_name, function_name))


class Child:
    """The function's way back to the runner."""

    def __init__(self, descriptor: int, folder: str) -> None:
        self._descriptor = descriptor
        self._folder = folder

    def function(self, module_name: str, name: str) -> Callable[..., object]:
        """The function to be called."""
        try:
            module = importlib.import_module(module_name)
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001 - of whatever the user's code raises, the user is told
            missing = error.name if isinstance(error, ModuleNotFoundError) else None
            if missing and (module_name == missing or module_name.startswith(f"{missing}.")):
                file = os.path.join(self._folder, *module_name.split("."))
                self.fail(f"there is no module `{module_name}`; write {file}.py, or correct `python`")
            self.fail_with(error)
        function: object = getattr(module, name, None)
        if not callable(function):
            self._fail_without_function(module, name)
        return function

    def _fail_without_function(self, module: ModuleType, name: str) -> NoReturn:
        where = self._shown(getattr(module, "__file__", None) or module.__name__)
        if hasattr(module, name):
            self.fail(f"`{name}` in {where} is no function; correct `python`, or make it one")
        import difflib  # noqa: PLC0415

        near = difflib.get_close_matches(name, [other for other in vars(module) if callable(vars(module)[other])], 1)
        self.fail(f"{where} has no function `{name}`; " + (f"did you mean `{near[0]}`?" if near else "write it there"))

    def call(self, function: Callable[..., object]) -> None:
        """Call the function, with the task's context if it takes a parameter."""
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except ValueError:  # written in C
            parameters = []
        positional = [each for each in parameters if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
        further = [each for each in parameters if each not in positional[:1]]
        required = [f"`{each.name}`" for each in further if each.default is each.empty and "VAR" not in each.kind.name]
        if required:
            self.fail(f"the function gets the task's context only, but needs {', '.join(required)} besides; correct it")
        try:
            result = function(self._context()) if positional else function()
            if inspect.iscoroutine(result):
                import asyncio  # noqa: PLC0415

                asyncio.run(result)
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001
            self.fail_with(error)

    def fail(self, message: str) -> NoReturn:
        """End, having told and printed *message*."""
        print(message, file=sys.stderr)  # noqa: T201
        self._fail(message)

    def fail_with(self, error: BaseException) -> NoReturn:
        """End, having told the error and printed its traceback, as if the user's code had been run without ours."""
        import traceback  # noqa: PLC0415

        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename.startswith(OURS):
            frames = frames.tb_next
        traceback.print_exception(type(error), error, frames)
        if isinstance(error, SyntaxError):
            what, place = f"{type(error).__name__}: {error.msg}", (error.filename, error.lineno)
        else:
            what, place = "".join(traceback.format_exception_only(error)).strip(), self._deepest_place(frames)
        self._fail(f"{what[:LONGEST_ERROR]} ({self._shown(place[0])}:{place[1]})" if place[0] else what[:LONGEST_ERROR])

    def _deepest_place(self, frames: TracebackType | None) -> tuple[str | None, int | None]:
        """File and line of the innermost frame in a file of the pipeline's folder, else of the innermost of all."""
        deepest: tuple[str | None, int | None] = None, None
        of_user = False
        near = (self._folder + os.sep, os.getcwd() + os.sep)
        while frames is not None:
            file = frames.tb_frame.f_code.co_filename
            is_user = file.startswith(near) and "site-packages" not in file
            if is_user or not of_user:
                deepest, of_user = (file, frames.tb_lineno), is_user
            frames = frames.tb_next
        return deepest

    def _shown(self, file: str) -> str:
        """A file's path as the user knows it."""
        return file.removeprefix(self._folder + os.sep)

    def _context(self) -> object:
        from seeknal_tui.task_context import TaskContext  # noqa: PLC0415 - only when there is use for it

        return TaskContext(lambda fraction: self.tell("progress", str(fraction)))

    def _fail(self, message: str) -> NoReturn:
        self.tell("error", message)
        sys.exit(1)

    def tell(self, word: str, value: str) -> None:
        """Send one message to the runner."""
        try:  # noqa: SIM105 - what contextlib needs takes time to import
            os.write(self._descriptor, f"{word} ".encode("ascii") + value.encode("unicode_escape") + b"\n")
        except OSError:
            pass  # the runner is gone; there is nobody to be told


class Files:
    """Which files this process opens, as the interpreter tells it: however shortly, and it was no other task."""

    def __init__(self, child: Child, folder: str) -> None:
        self._child = child
        homes = {os.path.realpath(home) for home in (sys.prefix, sys.base_prefix)} - {"/"}
        self._not_data = (
            "/dev/",
            "/proc/",
            "/sys/",
            *(f"{home}/" for home in homes if not f"{folder}/".startswith(f"{home}/")),
        )
        self._told: set[tuple[object, object]] = set()

    def hook(self, event: str, what: tuple[object, ...]) -> None:
        """Called by the interpreter for whatever it does, before it does that."""
        try:
            if event == "open":
                self._opens(what[0], what[2])
            elif event == "os.rename" and os.path.isfile(what[0]):  # type: ignore[arg-type]
                self._opens(what[1], os.O_WRONLY)
        except Exception:  # noqa: BLE001, S110 - what is raised here would be raised by the user's own call
            pass

    def _opens(self, path: object, flags: object) -> None:
        if (path, flags) in self._told or len(self._told) >= MOST_FILES or isinstance(path, int):
            return
        file = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]
        if file.endswith(NO_DATA) or file.startswith(self._not_data):
            return
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR))  # type: ignore[operator]
        # Who looks for a file that is not there needs it as well.
        if writes or os.path.isfile(file) or not os.path.exists(file):
            self._told.add((path, flags))
            self._child.tell("writes" if writes else "reads", file)


if __name__ == "__main__":
    main()
