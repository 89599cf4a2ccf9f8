"""What a pipeline file means."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.pipeline import reading
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import (
    CommandAction,
    Kind,
    OnFailure,
    PathAction,
    Pipeline,
    PythonAction,
    SleepAction,
    Task,
)
from seeknal_tui.pipeline.problems import Problems
from seeknal_tui.pipeline.reading import LOADER, Mapping, Scalar, Unquoted, read_tree
from tests.pipeline.conftest import Loader
from tests.strategies import as_yaml, random_pipelines

SAMPLES = Path(__file__).parents[2] / "sample_pipelines"


class TestTheSeeknalDocumentation:
    def test_its_smallest_pipeline_loads_as_it_is(self) -> None:
        loaded = load(SAMPLES / "seeknal_docs" / "enriched_sales.yml")
        assert loaded.problems == ()
        assert loaded.pipeline is not None
        assert [task.name for task in loaded.pipeline.tasks] == ["sales", "customers", "products", "enriched_sales"]
        assert loaded.pipeline.task("enriched_sales").upstream == ("sales", "customers", "products")
        assert loaded.pipeline.execution.max_parallel == 4

    @pytest.mark.parametrize("file", sorted((SAMPLES / "seeknal_docs").glob("*.yml")), ids=lambda file: file.stem)
    def test_every_snippet_loads_without_a_problem(self, file: Path) -> None:
        loaded = load(file)
        assert loaded.problems == ()
        assert loaded.pipeline is not None
        assert len(loaded.pipeline.topological_order) == len(loaded.pipeline.tasks)


class TestTasks:
    def test_the_list_gives_the_kind(self, loader: Loader) -> None:
        text = "sources: [{name: a}]\ntransforms: [{name: b}]\naggregations: [{name: c}]\ntasks: [{name: d}]\n"
        assert [task.kind for task in loader.pipeline(text).tasks] == list(Kind)

    def test_every_key_arrives_in_the_task(self, loader: Loader) -> None:
        pipeline = loader.pipeline("""
            name: shop
            description: all of it
            execution: {pools: {warehouse: 3}, on_failure: stop}
            tasks:
              - name: first
              - name: second
                description: the second
                tags: [daily, slow]
                depends_on: [first]
                command: echo hello
                retries: 2
                retry_delay: 500ms
                timeout: 1h30m
                pool: {warehouse: 2}
                outputs: [out/report.txt, /abs/./file]
                env: {LEVEL: debug, COUNT: 007, FLAG: yes}
                cwd: work
                estimate: 90
            """)
        assert (pipeline.name, pipeline.description) == ("shop", "all of it")
        assert pipeline.execution.on_failure is OnFailure.STOP
        task = pipeline.task("second")
        assert task == Task(
            name="second",
            description="the second",
            tags=("daily", "slow"),
            depends_on=("first",),
            action=CommandAction("echo hello"),
            retries=2,
            retry_delay=0.5,
            timeout=5400,
            pools=(("warehouse", 2),),
            outputs=(str(loader.folder / "out/report.txt"), "/abs/file"),
            env=(("LEVEL", "debug"), ("COUNT", "007"), ("FLAG", "yes")),
            cwd=str(loader.folder / "work"),
            estimate=90,
            place=task.place,
        )
        assert (task.place.line, task.place.column) == (7, 5)

    def test_each_action_is_read(self, loader: Loader) -> None:
        (loader.folder / "a.csv").touch()
        pipeline = loader.pipeline("""
            sources: [{name: a, path: a.csv}]
            tasks:
              - {name: b, command: [echo, 1, 2.50, true]}
              - {name: c, python: package.module:function}
              - {name: d, sleep: 1.5s}
              - {name: e}
            """)
        assert [task.action for task in pipeline.tasks] == [
            PathAction(str(loader.folder / "a.csv"), "csv"),
            CommandAction(("echo", "1", "2.50", "true")),
            PythonAction("package.module", "function"),
            SleepAction(1.5),
            None,
        ]

    def test_a_pool_given_by_its_name_takes_one_slot(self, loader: Loader) -> None:
        text = "execution: {pools: {p: 2}}\ntasks: [{name: a, pool: p}]\n"
        assert loader.pipeline(text).task("a").pools == (("p", 1),)

    @pytest.mark.parametrize("name", ["a", "A.b-c_1", "1x", "-", "x" * 128])
    def test_names_are_letters_digits_and_three_signs(self, loader: Loader, name: str) -> None:
        assert loader.pipeline(f"tasks: [{{name: '{name}'}}]").tasks[0].name == name

    @pytest.mark.parametrize(
        ("file", "expected"),
        [
            ("a.csv", "csv"),
            ("a.CSV.gz", "csv"),
            ("a.tsv", "csv"),
            ("a.parquet", "parquet"),
            ("a.json", "json"),
            ("a.jsonl", "jsonl"),
            ("a.ndjson.zst", "jsonl"),
        ],
    )
    def test_the_suffix_says_the_format(self, loader: Loader, file: str, expected: str) -> None:
        (loader.folder / file).touch()
        action = loader.pipeline(f"sources: [{{name: a, path: {file}}}]").tasks[0].action
        assert isinstance(action, PathAction)
        assert action.format == expected

    def test_format_overrides_the_suffix(self, loader: Loader) -> None:
        (loader.folder / "a.csv").touch()
        action = loader.pipeline("sources: [{name: a, path: a.csv, format: jsonl}]").tasks[0].action
        assert action == PathAction(str(loader.folder / "a.csv"), "jsonl")

    def test_a_glob_and_a_remote_path_are_paths(self, loader: Loader) -> None:
        (loader.folder / "data").mkdir()
        (loader.folder / "data/1.csv").touch()
        text = "sources: [{name: a, path: data/*.csv}, {name: b, path: s3://bucket/x.parquet}]"
        actions = [task.action for task in loader.pipeline(text).tasks]
        assert actions == [
            PathAction(f"{loader.folder}/data/*.csv", "csv"),
            PathAction("s3://bucket/x.parquet", "parquet"),
        ]

    def test_data_that_outputs_promise_need_not_be_there_even_if_a_link_leads_to_them(self, loader: Loader) -> None:
        (loader.folder / "link.csv").symlink_to("made.csv")
        text = """
            sources: [{name: s, path: link.csv, depends_on: [m]}]
            tasks: [{name: m, command: make, outputs: [made.csv]}]
            """
        assert [task.name for task in loader.pipeline(text).tasks] == ["s", "m"]

    def test_data_that_outputs_promise_need_not_be_there(self, loader: Loader) -> None:
        loader.pipeline("""
            sources:
              - {name: a, path: made/a.csv, depends_on: [maker]}
              - {name: b, path: made/b/*.csv, depends_on: [maker]}
              - {name: c, path: other.csv, depends_on: [maker]}
              - {name: d, path: glob*.csv, depends_on: [maker]}
              - {name: e, path: lake/*/x.csv, depends_on: [maker]}
            tasks: [{name: maker, command: make, outputs: [made, ./other.csv, glob1.csv, lake/day=1]}]
            """)


class TestExecution:
    def test_max_parallel_is_the_number_of_cores_unless_it_is_given(self, loader: Loader) -> None:
        for text in ("", "execution: {max_parallel: auto}\n", "execution:\n"):
            assert loader.pipeline(f"{text}tasks: [{{name: a}}]").execution.max_parallel == os.cpu_count()

    def test_its_defaults_hold_for_tasks_that_say_nothing(self, loader: Loader) -> None:
        pipeline = loader.pipeline("""
            execution: {retries: 3, retry_delay: 1s, timeout: 10s}
            tasks: [{name: a}, {name: b, retries: 0, retry_delay: 0, timeout: 1h}]
            """)
        tasks = [(task.retries, task.retry_delay, task.timeout) for task in pipeline.tasks]
        assert tasks == [(3, 1, 10), (0, 0, 3600)]


class TestEnvironments:
    TEXT = """
        execution: {max_parallel: 2, retries: 1, pools: {warehouse: 1}}
        environments:
          dev: {max_parallel: 8, retries: 0, pools: {warehouse: 5, other: 1}, env: {LEVEL: debug, WHERE: dev}}
          staging:
        tasks: [{name: a, command: x, pool: warehouse, env: {LEVEL: own, OWN: x}}, {name: b, sleep: 1s}]
        """

    def test_production_has_none_of_their_settings(self, loader: Loader) -> None:
        pipeline = loader.pipeline(self.TEXT)
        assert pipeline.environments == ("dev", "staging")
        assert (pipeline.environment, pipeline.execution.max_parallel) == ("", 2)
        assert pipeline.task("a").env == (("LEVEL", "own"), ("OWN", "x"))

    def test_one_overrides_execution_and_the_env_of_each_task(self, loader: Loader) -> None:
        pipeline = loader.pipeline(self.TEXT, "dev")
        assert pipeline.environment == "dev"
        assert pipeline.execution.max_parallel == 8
        assert pipeline.execution.pools == {"warehouse": 5, "other": 1}
        assert pipeline.task("a").retries == 0
        assert dict(pipeline.task("a").env) == {"LEVEL": "debug", "OWN": "x", "WHERE": "dev"}
        assert pipeline.task("b").env == ()
        assert pipeline.target == loader.folder / "target/environments/dev"

    def test_an_unknown_one_is_told_with_the_nearest(self, loader: Loader) -> None:
        told = loader.problems(self.TEXT, "devv")
        assert told == ['4:3: error: there is no environment "devv": did you mean dev?']

    def test_without_any_says_so(self, loader: Loader) -> None:
        told = loader.problems("tasks: [{name: a}]", "dev")
        assert told == ['1:1: error: there is no environment "dev": the file has none; add environments:']

    def test_its_defaults_hold_for_tasks_that_say_nothing(self, loader: Loader) -> None:
        pipeline = loader.pipeline(
            """
            execution: {retries: 3, retry_delay: 1s, timeout: 10s, on_failure: continue, max_parallel: auto}
            environments: {dev: {retries: 0, retry_delay: 2s, timeout: 1h, on_failure: stop, max_parallel: 1}}
            tasks: [{name: a}, {name: b, retries: 5, retry_delay: 3s, timeout: 1m}]
            """,
            "dev",
        )
        tasks = [(task.retries, task.retry_delay, task.timeout) for task in pipeline.tasks]
        assert tasks == [(0, 2, 3600), (5, 3, 60)]
        assert (pipeline.execution.on_failure, pipeline.execution.max_parallel) == (OnFailure.STOP, 1)

    def test_auto_is_as_many_at_once_as_there_are_cores(self, loader: Loader) -> None:
        pipeline = loader.pipeline("environments: {dev: {max_parallel: auto}}\ntasks: [{name: a}]", "dev")
        assert pipeline.execution.max_parallel == os.cpu_count()

    def test_a_pool_may_be_there_in_one_environment_only(self, loader: Loader) -> None:
        text = "environments: {dev: {pools: {gpu: 1}}}\ntasks: [{name: a, command: x, pool: gpu}]"
        assert loader.pipeline(text, "dev").task("a").pools == (("gpu", 1),)
        assert loader.problems(text) == [
            '2:37: error: there is no pool "gpu"; there is none: add execution: {pools: {…}}'
        ]

    def test_a_pool_made_smaller_than_a_task_needs_is_told(self, loader: Loader) -> None:
        text = """
            execution: {pools: {gpu: 4}}
            environments: {dev: {pools: {gpu: 1}}}
            tasks: [{name: a, command: x, pool: {gpu: 2}}]
            """
        assert loader.pipeline(text).task("a").pools == (("gpu", 2),)
        assert "has 1 slots, and this task asks for 2" in loader.problems(text, "dev")[0]

    def test_names_that_would_be_one_folder_are_told(self, loader: Loader) -> None:
        told = loader.problems("environments: {dev: , Dev: }\ntasks: [{name: a}]")
        assert told == [
            "1:23: error: Dev and dev differ only by case, and their results would be in the same folder: rename one"
        ]

    @pytest.mark.parametrize("name", ["..", "../out", "a/b", "/tmp/x", "", "~"])
    def test_no_name_leads_out_of_the_folder(self, loader: Loader, name: str) -> None:
        text = f'environments: {{"{name}": }}\ntasks: [{{name: a}}]'
        assert "is no name" in loader.problems(text)[0]
        assert loader.load(text, name or "..").pipeline is None


class TestYaml:
    def test_a_byte_order_mark_and_windows_line_ends_are_read(self, loader: Loader) -> None:
        assert len(loader.pipeline(b"\xef\xbb\xbftasks:\r\n  - name: a\r\n  - name: b\r\n").tasks) == 2

    def test_anchors_aliases_and_merge_keys_work(self, loader: Loader) -> None:
        pipeline = loader.pipeline("""
            tasks:
              - &base {name: a, retries: 3, sleep: 1s}
              - {<<: *base, name: b}
              - <<: [{timeout: 5s}, *base]
                name: c
                depends_on: &both [a, b]
              - {name: d, depends_on: *both}
            """)
        assert [task.retries for task in pipeline.tasks] == [3, 3, 3, 0]
        assert pipeline.task("c").timeout == 5
        assert pipeline.task("d").depends_on == ("a", "b")

    def test_without_libyaml_the_same_is_read(self, loader: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
        text = (SAMPLES / "broken.yml").read_text()
        told = loader.problems(text)
        monkeypatch.setattr(reading, "LOADER", yaml.SafeLoader)
        assert loader.problems(text) == told
        (syntax,) = loader.problems("tasks: [{")
        assert syntax.startswith("1:10: error: this is not YAML: ")

    def test_a_list_without_entries_is_empty(self, loader: Loader) -> None:
        assert len(loader.pipeline("sources:\ntasks:\n  - name: a\n    depends_on:\n    tags:\n").tasks) == 1

    def test_an_octal_a_hexadecimal_and_a_sexagesimal_number_are_numbers(self, loader: Loader) -> None:
        pipeline = loader.pipeline(
            "tasks: [{name: a, retries: 010}, {name: b, retries: 0x10}, {name: c, retries: 1:30}]"
        )
        assert [task.retries for task in pipeline.tasks] == [8, 16, 90]

    @given(st.text(st.sampled_from("0123456789abefxonyst_.:+-~<=eEiInN"), min_size=1, max_size=12))
    def test_a_plain_scalar_means_what_pyyaml_says(self, text: str) -> None:
        document = f"key: {text}\n"
        try:
            expected = yaml.load(document, Loader=LOADER)
        except (yaml.YAMLError, ValueError, LookupError, OverflowError):
            return  # also what PyYAML takes for a number and then cannot read
        tree = read_tree(document, Problems("file"))
        node = tree.entries["key"][1] if isinstance(tree, Mapping) else None
        if not isinstance(node, Scalar) or isinstance(node.value, Unquoted):
            return
        assert repr(node.value) == repr(expected["key"])


class TestLoading:
    def test_the_file_is_made_absolute_and_links_are_kept(self, loader: Loader) -> None:
        real = loader.folder / "real"
        real.mkdir()
        (real / "p.yml").write_text("tasks: [{name: a, outputs: [x]}]")
        (loader.folder / "link").symlink_to(real)
        loaded = load(loader.folder / "link" / "p.yml")
        assert loaded.pipeline is not None
        assert loaded.pipeline.file == loader.folder / "link" / "p.yml"
        assert loaded.pipeline.tasks[0].outputs == (str(loader.folder / "link" / "x"),)
        assert loaded.pipeline.name == "p"

    @pytest.mark.parametrize("enabled", [True, False])
    def test_garbage_collection_is_left_as_it_was(self, loader: Loader, enabled: bool) -> None:
        was_enabled = gc.isenabled()
        (gc.enable if enabled else gc.disable)()
        try:
            loader.load("tasks: [")
            assert gc.isenabled() == enabled
        finally:
            (gc.enable if was_enabled else gc.disable)()

    @given(random_pipelines())
    def test_what_was_written_is_loaded(self, pipeline: Pipeline) -> None:
        loaded = load_text(as_yaml(pipeline))
        assert loaded.execution == pipeline.execution
        assert {task.name: comparable(task) for task in loaded.tasks} == {
            task.name: comparable(task) for task in pipeline.tasks
        }


def comparable(task: Task) -> tuple[object, ...]:
    return task.kind, task.action, task.depends_on, task.tags, task.retries, task.estimate


def load_text(text: str) -> Pipeline:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(text)
        file.flush()
        loaded = load(Path(file.name))
    assert loaded.problems == ()
    assert loaded.pipeline is not None
    return loaded.pipeline
