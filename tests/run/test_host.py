"""How much memory there is: of the machine, and of the control groups that the program is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.run.host import HostWatch, MemoryGroup, memory_groups

V2 = ("memory.max", "memory.current")
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes")


def group(folder: Path, names: tuple[str, str], limit: int | str, used: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in zip(names, (limit, used), strict=True):
        (folder / name).write_text(f"{value}\n")
    (folder / "memory.stat").write_text("anon 5\nactive_file 30\ninactive_file 20\n")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """What the system tells of the program's own groups."""
    return tmp_path / "cgroup"


def groups_of(own: Path, text: str) -> list[MemoryGroup]:
    own.write_text(text)
    return memory_groups(own, own.parent / "fs")


def test_a_container_has_the_limit_of_its_root(own: Path) -> None:
    group(own.parent / "fs", V2, 1000, 400)
    (found,) = groups_of(own, "0::/\n")
    assert found.room() == (650, 1000)  # copies of files are no use of memory


def test_a_service_has_the_limits_of_its_own_group_and_of_those_around_it(own: Path) -> None:
    group(own.parent / "fs" / "batch.slice", V2, 2000, 1900)
    group(own.parent / "fs" / "batch.slice" / "job.service", V2, 1000, 400)
    found = groups_of(own, "0::/batch.slice/job.service\n")
    assert sorted(each.room() for each in found) == [(150, 2000), (650, 1000)]


def test_the_first_version_has_a_tree_for_memory(own: Path) -> None:
    group(own.parent / "fs" / "memory" / "jobs" / "one", V1, 1000, 400)
    (found,) = groups_of(own, "5:cpu:/other\n4:memory:/jobs/one\n0::/\n")
    assert found.room() == (650, 1000)


def test_a_group_whose_path_is_that_of_another_machine_is_looked_for_above(own: Path) -> None:
    group(own.parent / "fs" / "memory", V1, 1000, 400)
    assert len(groups_of(own, "4:memory:/docker/0123\n")) == 1


@pytest.mark.parametrize("limit", ["max", 1 << 63, "nonsense"])
def test_no_limit_is_none(own: Path, limit: int | str) -> None:
    group(own.parent / "fs", V2, limit, 400)
    assert groups_of(own, "0::/\n") == []


def test_a_system_that_tells_nothing(own: Path) -> None:
    assert memory_groups(own, own.parent / "fs") == []


def test_the_machine_has_memory(tmp_path: Path) -> None:
    host = HostWatch(tmp_path).look()
    assert 0 < host.memory_bytes <= host.memory_limit_bytes
