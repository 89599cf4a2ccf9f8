"""``seeknal-tui env``, as a user types it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from seeknal_tui.environments.records import records_kept
from seeknal_tui.pipeline.loading import load
from tests.test_command_line import typed

SHOP = """
environments:
  dev: {{env: {{WHERE: dev}}}}
transforms:
  - {{name: a, sql: "SELECT i AS id, {value} AS v FROM range(5) t(i)"}}
  - {{name: b, sql: "SELECT sum(v) AS s FROM a"}}
tasks:
  - {{name: c, command: "echo $WHERE", env: {{WHERE: production}}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A pipeline whose results in dev are others than in production."""
    file = tmp_path / "shop.yml"
    for value, options in ((1, ()), (2, ("--env", "dev"))):
        file.write_text(SHOP.format(value=value))
        assert typed("run", file, "--no-ui", *options).returncode == 0
    return file


def env(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return typed("env", *arguments, cwd=cwd)


def test_the_env_of_an_environment_goes_before_that_of_a_task(shop: Path) -> None:
    assert "c  dev" in typed("run", shop, "--no-ui", "--env", "dev").stdout
    assert "c  production" in typed("run", shop, "--no-ui").stdout


def test_list_tells_results_and_size(shop: Path) -> None:
    told = json.loads(env("list", shop, "--json").stdout)
    assert told["production"]["results"] == 2
    (dev,) = told["environments"]
    assert (dev["name"], dev["declared"], dev["results"]) == ("dev", True, 2)
    assert dev["last_run"]["status"] == "succeeded"
    assert dev["last_run"]["started_at"] > told["production"]["last_run"]["started_at"]
    assert dev["bytes"] == sum(
        file.stat().st_size for file in (shop.parent / "target/environments/dev").glob("*.parquet")
    )
    lines = env("list", shop).stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [["production", "2", "results"], ["dev", "2", "results"]]


def test_diff_tells_what_is_different_and_exits_with_1(shop: Path) -> None:
    done = env("diff", "dev", shop)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "≠ a",
        "    column v: other values",
        "≠ b",
        "    column s: other values",
        "dev against production: 0 results the same, 2 different",
    ]
    told = json.loads(env("diff", "dev", shop, "--json").stdout)
    assert not told["same"]
    assert [table["task"] for table in told["results"]] == ["a", "b"]
    assert told["results"][0]["rows"] == {"environment": 5, "production": 5}


def test_promote_makes_the_same_of_them_and_undo_the_former(shop: Path) -> None:
    done = env("promote", "dev", shop, "--yes")
    assert done.returncode == 0
    assert "env promote --undo puts the former ones back" in done.stdout
    same = env("diff", "dev", shop)
    assert (same.returncode, same.stdout) == (0, "dev against production: 2 results the same\n")
    assert env("promote", "--undo", shop, "--yes").returncode == 0
    assert env("diff", "dev", shop).returncode == 1
    assert env("promote", "dev", "--undo", shop, "--yes").stderr == "seeknal-tui: there is no promotion to undo\n"


def test_undo_finds_the_pipeline_by_its_folder(shop: Path) -> None:
    assert env("promote", "dev", shop, "--yes").returncode == 0
    assert env("promote", "--undo", shop.parent.name, "--yes", cwd=shop.parent.parent).returncode == 0


def test_delete_removes_the_results_of_the_environment_only(shop: Path) -> None:
    assert env("delete", "dev", shop, "--yes").returncode == 0
    assert not (shop.parent / "target/environments/dev").exists()
    assert (shop.parent / "target/a.parquet").exists()
    again = env("delete", "dev", shop, "--yes")
    assert (again.returncode, again.stderr) == (2, "seeknal-tui: dev has nothing on the disk that could be removed\n")


@pytest.mark.parametrize("command", ["promote", "delete"])
def test_without_a_terminal_and_yes_nothing_is_done(shop: Path, command: str) -> None:
    done = env(command, "dev", shop)
    assert (done.returncode, done.stderr) == (
        2,
        "seeknal-tui: there is no terminal to ask in: add --yes if you are sure\n",
    )
    assert env("diff", "dev", shop).returncode == 1


@pytest.mark.parametrize("command", ["diff", "promote", "delete"])
def test_an_unknown_environment_is_told_with_the_nearest(shop: Path, command: str) -> None:
    done = env(command, "dve", shop)
    assert done.returncode == 2
    assert done.stderr.startswith('seeknal-tui: there is no environment "dve": did you mean dev?')


def test_production_cannot_be_deleted(shop: Path) -> None:
    done = env("delete", "production", shop, "--yes")
    assert done.returncode == 2
    assert (shop.parent / "target/a.parquet").exists()


def test_the_path_may_be_typed_first(shop: Path) -> None:
    assert env("diff", shop, "dev").returncode == 1
    assert env("diff", shop).stderr == "seeknal-tui: name the environment: seeknal-tui env list tells which there are\n"


def test_diff_without_results_says_how_to_make_them(shop: Path) -> None:
    env("delete", "dev", shop, "--yes")
    done = env("diff", "dev", shop)
    assert (done.returncode, f"seeknal-tui run {shop} --env dev makes them" in done.stderr) == (2, True)


CHAIN = """
environments: {{dev: }}
transforms:
  - {{name: a, sql: "SELECT i AS id, {value} AS v FROM range(5) t(i)"}}
  - {{name: b, sql: "SELECT sum(v) AS s FROM a"}}
"""


def test_what_was_promoted_need_not_be_made_again_in_either_of_them(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"

    def reran(*options: str) -> int:
        done = typed("run", file, "--changed", "--json", *options)
        return sum('"task_started"' in line for line in done.stdout.splitlines())

    for value, options in ((1, ()), (2, ("--env", "dev"))):
        file.write_text(CHAIN.format(value=value))
        assert typed("run", file, "--no-ui", *options).returncode == 0
    assert env("promote", "dev", file, "--yes").returncode == 0
    assert (reran(), reran("--env", "dev")) == (0, 0)
    assert env("delete", "dev", file, "--yes").returncode == 0
    assert reran() == 0


def test_what_a_promotion_replaced_is_known_again_when_it_is_put_back(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    for value, options in ((1, ()), (2, ("--env", "dev"))):
        file.write_text(CHAIN.format(value=value))
        assert typed("run", file, "--no-ui", *options).returncode == 0
    assert env("promote", "dev", file, "--yes").returncode == 0
    assert env("promote", "--undo", file, "--yes").returncode == 0
    file.write_text(CHAIN.format(value=1))
    assert '"task_started"' not in typed("run", file, "--changed", "--json").stdout


def test_what_was_deleted_is_made_again_also_by_a_command_that_leaves_no_rows(shop: Path) -> None:
    assert env("delete", "dev", shop, "--yes").returncode == 0
    done = typed("run", shop, "--changed", "--env", "dev", "--json")
    assert [line for line in done.stdout.splitlines() if '"task_started"' in line and '"c"' in line]


def test_what_was_linked_by_a_promotion_that_failed_need_not_be_made_again(shop: Path) -> None:
    pipeline = load(shop).pipeline
    assert pipeline is not None
    result = shop.parent / "target/environments/dev/a.parquet"

    def fail() -> None:
        (shop.parent / "another_name").hardlink_to(result)  # which changes the time of the file
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"), records_kept(pipeline, "dev"):
        fail()
    done = typed("run", shop, "--changed", "--env", "dev", "--json")
    assert '"task_started"' not in done.stdout
