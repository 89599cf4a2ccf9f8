"""Whatever is edited, and whatever becomes of runs: after ``--changed`` the results are those of a full run."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seeknal_tui.history.result_witness import ResultWitness
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.runner import Runner
from tests.history.projects import Project


class Forgetful(ResultWitness):
    """One that is killed before it has noted half of what succeeds: the results are there, and nobody knows of them."""

    def __init__(self, pipeline: Pipeline, chance: random.Random) -> None:
        super().__init__(pipeline)
        self._chance = chance

    def succeeded(self, number: int, execution: str, begun: object) -> None:
        if self._chance.random() < 0.5:
            super().succeeded(number, execution, begun)


class Editor:
    """Someone who changes a project at random."""

    def __init__(self, project: Project, chance: random.Random) -> None:
        self._project = project
        self._chance = chance
        self._sources = 2
        self._tasks = [f"t{number}" for number in range(chance.randint(2, 6))]
        self._numbers = {name: chance.randint(0, 9) for name in self._tasks}
        self._upstream = {name: self._some_before(name) for name in self._tasks}
        self._variable = 0
        self._word = 0
        for number in range(self._sources):
            self._write_data(number)
        self._write_code()
        self.save()

    def _some_before(self, name: str) -> list[str]:
        before = [*(f"s{number}" for number in range(self._sources)), *self._tasks[: self._tasks.index(name)]]
        return self._chance.sample(before, min(len(before), self._chance.randint(1, 2)))

    def _write_data(self, number: int) -> None:
        self._project.write(f"s{number}.csv", f"x\n{self._chance.randint(10, 99)}\n{self._chance.randint(10, 99)}\n")

    def _write_code(self) -> None:
        # Python itself takes code of equal size and second for the same.
        self._project.write("code.py", "import shutil, word\ndef go(c):\n    open('call.txt', 'w').write(word.WORD)\n")
        self._project.write("word.py", f"WORD = '{'w' * self._word}'\n")

    def save(self) -> None:
        """Write the pipeline file."""
        lines = ["sources:", *(f"  - {{name: s{n}, path: s{n}.csv}}" for n in range(self._sources)), "transforms:"]
        for name in self._tasks:
            first, *others = self._upstream[name]
            sql = f"SELECT sum(x) + {self._numbers[name]} AS x FROM " + " UNION ALL ".join(
                [
                    f"(SELECT x FROM {first})"
                    if not others
                    else f"(SELECT x FROM {first} UNION ALL SELECT x FROM {others[0]})"
                ]
            )
            lines += [f"  - name: {name}", f"    sql: {sql} -- {self._chance.randint(0, 9)}"]
            lines += [f"    description: '{self._chance.randint(0, 9)}'"]
        last = self._tasks[-1]
        lines += ["tasks:", f'  - {{name: call, python: "code:go", outputs: [call.txt], depends_on: [{last}]}}']
        command = "cat s0.csv > shell.txt; echo $V >> shell.txt"
        env = f"{{V: '{self._variable}'}}"
        lines += ["  - name: shell", f"    command: {command}", "    outputs: [shell.txt]", f"    env: {env}"]
        self._project.define("\n".join(lines) + "\n")

    def edit(self) -> None:
        """Change something, or nothing that matters."""
        name = self._chance.choice(self._tasks)
        match self._chance.randint(0, 8):
            case 0:
                self._numbers[name] = self._chance.randint(0, 9)
            case 1:
                self._upstream[name] = self._some_before(name)
            case 2:
                self._write_data(self._chance.randrange(self._sources))
            case 3:
                os.utime(self._project.folder / "s0.csv")
            case 4:
                self._variable = self._chance.randint(0, 3)
            case 5:
                self._word += 1
                self._write_code()
            case 6:
                self._tasks.append(f"n{len(self._tasks)}_{self._chance.randint(0, 999)}")
                self._numbers[self._tasks[-1]] = 0
                self._upstream[self._tasks[-1]] = self._some_before(self._tasks[-1])
            case 7:
                self._rename(name)
            case 8:
                file = self._project.folder / "target" / f"{name}.parquet"
                file.unlink(missing_ok=True)
        self.save()

    def _rename(self, name: str) -> None:
        other = f"r{self._chance.randint(0, 999)}_{name}"[:40]
        self._tasks[self._tasks.index(name)] = other
        self._numbers[other] = self._numbers.pop(name)
        self._upstream[other] = self._upstream.pop(name)
        for upstream in self._upstream.values():
            upstream[:] = [other if one == name else one for one in upstream]


def run_and_be_killed(project: Project, chance: random.Random) -> None:
    """Run some tasks, and lose half of what is known of it."""
    pipeline = project.pipeline()
    runner = Runner(pipeline, witness=Forgetful(pipeline, chance))
    order = pipeline.topological_order
    runner.request(order[: chance.randint(1, len(order))])
    assert runner.wait_until_idle(60)
    runner.close()


def outcome(project: Project) -> dict[str, object]:
    """All that the tasks of the pipeline have made."""
    names = set(project.pipeline().numbers)
    rows = {name: found for name, found in project.rows().items() if name in names}
    return {**rows, **{file: (project.folder / file).read_text() for file in ("call.txt", "shell.txt")}}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_results_after_changed_equal_those_of_a_full_run(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder, TemporaryDirectory() as other:
        project = Project(Path(folder))
        editor = Editor(project, chance)
        project.run_changed()
        for _ in range(3):
            for _ in range(chance.randint(1, 3)):
                editor.edit()
            if chance.random() < 0.4:
                run_and_be_killed(project, chance)
                editor.edit()
            project.run_changed()
            fresh = Project(Path(other) / "fresh")
            shutil.copytree(folder, fresh.folder, ignore=shutil.ignore_patterns("target", "*.txt", "__pycache__"))
            fresh.run_all()
            assert outcome(project) == outcome(fresh)
            assert project.run_changed() == set()
            shutil.rmtree(fresh.folder)
