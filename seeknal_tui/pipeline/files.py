"""Pipeline files on disk: finding one, and its text."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from seeknal_tui.pipeline.problems import UnreadableError, listed, nearest_name
from seeknal_tui.pipeline.sql_places import split_lines
from seeknal_tui.safe_text import one_line

MAX_BYTES = 8_000_000
SUFFIXES = (".yml", ".yaml")


class PipelineNotFound(Exception):  # noqa: N818 - it is a state of the folder, told as it is
    """There is no pipeline file where one was looked for, or more than one; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_text(path: Path) -> str:
    """The text of a file; raises UnreadableError if it is no regular file of UTF-8 text within `MAX_BYTES`."""
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError("this is a folder: name the pipeline file in it")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("this is no regular file (a pipe, a device or a socket): save the pipeline as a file")
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size / 1e6:,.0f} MB"
            raise UnreadableError(f"the file has {size}, and a pipeline file at most {MAX_BYTES / 1e6:.0f} MB")
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        near = _nearest_file(path)
        hint = "check the path" if near is None else f"did you mean {near}?"
        raise UnreadableError(f"there is no such file: {hint}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableError(f"the file cannot be read: {reason}") from None
    return _decode(data)


def _nearest_file(path: Path) -> str | None:
    """The name of the YAML file beside it that was probably meant."""
    try:
        names = [file.name for file in path.parent.iterdir() if file.suffix in SUFFIXES]
    except OSError:
        return None
    near = nearest_name(path.name, names)
    return None if near is None else one_line(near)


def lines_of(path: Path) -> list[str]:
    """The lines of a file as far as they can be shown beside what is wrong with them; none if it cannot be read."""
    try:
        if not os.path.isfile(path):  # a pipe would keep us waiting
            return []
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES)
    except (OSError, ValueError):
        return []
    return split_lines(data.decode("utf-8-sig", "replace"))


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8 text: save the file as UTF-8"
        raise UnreadableError(message, *_place_of(before)) from None
    from yaml.reader import Reader  # noqa: PLC0415 - takes 10 ms, and the dashboard paints before it reads the file

    forbidden = Reader.NON_PRINTABLE.search(text)
    if forbidden:
        message = f"the character U+{ord(forbidden[0]):04X} is not allowed in YAML: remove it (is this a text file?)"
        raise UnreadableError(message, *_place_of(text[: forbidden.start()]))
    return text


def _place_of(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def find_pipeline_file(path: Path) -> Path:
    """The pipeline file that a path means: a file itself, or the only one in a folder. Raises PipelineNotFound."""
    if not path.is_dir():
        return path
    from seeknal_tui.pipeline.schema import TASK_LISTS  # noqa: PLC0415 - as above

    shown = one_line(str(path))
    try:
        candidates = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
    except OSError as error:
        raise PipelineNotFound(f"the folder {shown} cannot be read: {error.strerror}") from None
    found = [file for file in candidates if _has_tasks(file)]
    if len(found) == 1:
        return found[0]
    if found:
        names = listed(file.name for file in found)
        raise PipelineNotFound(f"the folder {shown} has several pipeline files: name one of them: {names}")
    lists = ", ".join(f"{name}:" for name in TASK_LISTS)
    raise PipelineNotFound(
        f"the folder {shown} has no pipeline file: name one, or write a .yml file that has one of the lists {lists}"
    )


def _has_tasks(file: Path) -> bool:
    from seeknal_tui.pipeline.reading import top_level_lists  # noqa: PLC0415
    from seeknal_tui.pipeline.schema import TASK_LISTS  # noqa: PLC0415

    try:
        text = read_text(file)
    except UnreadableError:
        return False
    return any(key in TASK_LISTS for key in top_level_lists(text))
