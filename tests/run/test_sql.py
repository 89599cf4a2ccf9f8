"""What ``path`` and ``sql`` tasks do: right rows, one file each, errors that help, and an end when they are told."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from seeknal_tui.pipeline.model import Action, PathAction, Place, SqlAction, Task
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext, Outcome, Stopped, StopToken
from seeknal_tui.run.actions.query_profile import read_profile
from seeknal_tui.run.actions.sql import SqlEngine
from seeknal_tui.run.results import Results
from seeknal_tui.run.task_log import TaskLog

ENDLESS = "SELECT sum(sqrt(a.range * b.range)) FROM range(1_000_000) a, range(1_000_000) b"
SQL_LINE = 40
"""The line of the pipeline file at which the SQL of every task here begins."""


@dataclass
class Pipeline:
    """A folder with an engine, and the tasks that have run in it."""

    folder: Path
    engine: SqlEngine
    results: Results
    said: list[str] = field(default_factory=list)
    fractions: list[float] = field(default_factory=list)

    def attempt(
        self,
        name: str,
        action: Action,
        reads: tuple[str, ...] = (),
        seconds: float | None = None,
        stop: StopToken | None = None,
    ) -> AttemptContext:
        return AttemptContext(
            task=Task(name=name, action=action, depends_on=reads, timeout=seconds),
            number=1,
            run_id="run",
            cookie="cookie",
            pipeline_name="test",
            environment="",
            folder=self.folder,
            target=self.results.target,
            result_path=self.results.new_temporary(name, 1),
            profile_path=self.results.profile_path(name),
            inputs={other: self.results.path_of(other) for other in reads if self.results.exists(other)},
            log=TaskLog(self.results.log_path(name)),
            stop=stop or StopToken(),
            deadline=None if seconds is None else time.monotonic() + seconds,
            emit_output=lambda stream, text: self.said.append(text),
            emit_progress=self.fractions.append,
        )

    def run(self, name: str, action: Action, reads: tuple[str, ...] = (), **others: Any) -> Outcome:
        context = self.attempt(name, action, reads, **others)
        outcome = self.engine.run(context)
        self.results.publish(context.result_path, name)
        return outcome

    def sql(self, name: str, sql: str, reads: tuple[str, ...] = (), **others: Any) -> Outcome:
        return self.run(name, sql_action(sql), reads, **others)

    def source(self, name: str, path: str, kind: str = "csv") -> Outcome:
        return self.run(name, PathAction(os.path.join(self.folder, path), kind))

    def failure(self, sql: str, reads: tuple[str, ...] = (), name: str = "broken") -> str:
        with pytest.raises(ActionFailed) as raised:
            self.sql(name, sql, reads)
        assert self.temporary_files() == []
        return str(raised.value)

    def source_failure(self, path: str, kind: str = "csv") -> str:
        with pytest.raises(ActionFailed) as raised:
            self.source("broken", path, kind)
        return str(raised.value)

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        return duckdb.read_parquet(str(self.results.path_of(name)), hive_partitioning=False).fetchall()

    def types(self, name: str) -> dict[str, str]:
        relation = duckdb.read_parquet(str(self.results.path_of(name)), hive_partitioning=False)
        return dict(zip(relation.columns, map(str, relation.types), strict=True))

    def temporary_files(self) -> list[str]:
        return sorted(path.name for path in self.results.temporary_folder.rglob("*") if path.is_file())

    @contextmanager
    def polled(self) -> Iterator[None]:
        """As the runner does it."""
        over = threading.Event()

        def poll() -> None:
            while not over.wait(0.02):
                self.engine.poll_progress()

        thread = threading.Thread(target=poll)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def sql_action(sql: str, *, line_by_line: bool = True) -> SqlAction:
    return SqlAction(sql, Place("/somewhere/shop.yml", SQL_LINE, 7), line_by_line)


@contextmanager
def pipeline_in(folder: Path) -> Iterator[Pipeline]:
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(folder / "target", "run")
    engine = SqlEngine(folder, results.temporary_folder)
    yield Pipeline(folder, engine, results)
    engine.close()
    results.close()


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with pipeline_in(tmp_path / "shop") as pipeline:
        yield pipeline


class TestSources:
    def test_a_csv_file_becomes_rows(self, pipeline: Pipeline) -> None:
        (pipeline.folder / "sales.csv").write_text("id,price\n1,2.5\n2,\n")
        outcome = pipeline.source("sales", "sales.csv")
        assert outcome.rows == 2
        assert pipeline.rows("sales") == [(1, 2.5), (2, None)]

    @pytest.mark.parametrize(
        ("name", "kind", "content"),
        [
            ("x.tsv", "csv", b"a\tb\n1\t2\n"),
            ("x.csv.gz", "csv", gzip.compress(b"a,b\n1,2\n", mtime=0)),
            ("x.json", "json", b'[{"a": 1, "b": 2}]'),
            ("x.jsonl", "jsonl", b'{"a": 1, "b": 2}\n'),
            ("x.data", "csv", b"a;b\n1;2\n"),
        ],
    )
    def test_every_format_is_read(self, pipeline: Pipeline, name: str, kind: str, content: bytes) -> None:
        (pipeline.folder / name).write_bytes(content)
        pipeline.source("x", name, kind)
        assert pipeline.rows("x") == [(1, 2)]

    def test_a_glob_reads_all_its_files(self, pipeline: Pipeline) -> None:
        for number in range(3):
            (pipeline.folder / f"part-{number}.csv").write_text(f"id\n{number}\n")
        pipeline.source("parts", "part-*.csv")
        assert pipeline.rows("parts") == [(0,), (1,), (2,)]

    def test_folders_of_the_path_named_key_value_are_columns(self, pipeline: Pipeline) -> None:
        (pipeline.folder / "data/year=2013").mkdir(parents=True)
        (pipeline.folder / "data/year=2013/x.csv").write_text("id\n1\n")
        pipeline.source("x", "data/*/x.csv")
        assert pipeline.source("y", "data/year=2013/*.csv").rows == 1
        assert pipeline.rows("y") == [(1, 2013)]

    def test_folders_above_the_pipeline_are_no_columns(self, tmp_path: Path) -> None:
        with pipeline_in(tmp_path / "year=2013" / "[old], it's*") as pipeline:
            (pipeline.folder / "x.csv").write_text("id\n1\n")
            pipeline.source("x", "x.csv")
            pipeline.sql("y", "SELECT * FROM x", ("x",))
            assert pipeline.rows("x") == pipeline.rows("y") == [(1,)]

    def test_the_order_of_the_source_stays(self, pipeline: Pipeline) -> None:
        (pipeline.folder / "x.csv").write_text("id\n" + "".join(f"{i * 7919 % 300_007}\n" for i in range(300_000)))
        pipeline.source("x", "x.csv")
        pipeline.sql("y", "SELECT id, id % 2 AS odd FROM x WHERE id > 10", ("x",))
        ids = [i * 7919 % 300_007 for i in range(300_000)]
        assert [row[0] for row in pipeline.rows("y")] == [i for i in ids if i > 10]

    def test_a_missing_file_is_named(self, pipeline: Pipeline) -> None:
        message = pipeline.source_failure("data/gone.parquet", "parquet")
        assert message.startswith("there is no file data/gone.parquet: check the path")

    def test_a_glob_that_matches_nothing_is_named(self, pipeline: Pipeline) -> None:
        assert "data/*.csv" in pipeline.source_failure("data/*.csv")

    def test_a_file_that_is_something_else_is_named(self, pipeline: Pipeline) -> None:
        (pipeline.folder / "x.parquet").write_text("no parquet at all, whatever its name says")
        message = pipeline.source_failure("x.parquet", "parquet")
        assert "x.parquet" in message
        assert "LINE" not in message

    def test_a_value_of_another_type_tells_its_line_and_what_to_do(self, pipeline: Pipeline) -> None:
        (pipeline.folder / "x.csv").write_text("id,v\n" + "1,2\n" * 30_000 + "2,NA\n")
        message = pipeline.source_failure("x.csv")
        assert "Line: 30002" in message
        assert "Could not convert string \"NA\" to 'BIGINT'" in message
        assert "in x.csv: repair the data, or read them by sql" in message
        assert "\n" not in message

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_an_unreadable_file_says_so(self, pipeline: Pipeline) -> None:
        (pipeline.folder / "x.csv").write_text("id\n1\n")
        (pipeline.folder / "x.csv").chmod(0)
        assert "no permission to read x.csv" in pipeline.source_failure("x.csv")


class TestRows:
    def test_upstream_tasks_are_tables_of_their_names(self, pipeline: Pipeline) -> None:
        pipeline.sql("raw.sales-2013", "SELECT 1 AS id")
        pipeline.sql("clean", 'SELECT id + 1 AS id FROM "raw.sales-2013"', ("raw.sales-2013",))
        assert pipeline.rows("clean") == [(2,)]

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT 1 AS x;",
            "SELECT 1 AS x -- a comment",
            "SELECT 1 AS x /* ; */ ; ; -- ;\n;",
            "\n\n-- first\nFROM (VALUES (1)) t(x)\n",
            "WITH one AS (SELECT 1 AS x) FROM one",
        ],
    )
    def test_comments_and_semicolons_do_no_harm(self, pipeline: Pipeline, sql: str) -> None:
        pipeline.sql("x", sql)
        assert pipeline.rows("x") == [(1,)]

    def test_no_rows_are_a_result_with_its_columns(self, pipeline: Pipeline) -> None:
        assert pipeline.sql("x", "SELECT 1 AS a, 'b' AS b LIMIT 0").rows == 0
        pipeline.sql("y", "SELECT count(*) AS n, max(b) AS b FROM x", ("x",))
        assert pipeline.rows("y") == [(0, None)]

    def test_types_survive(self, pipeline: Pipeline) -> None:
        pipeline.sql(
            "x",
            """SELECT TIMESTAMPTZ '2013-01-01 05:00+02' AS t, 1.25::DECIMAL(10, 2) AS d,
                      [{'a': 1, 'b': [DATE '2013-01-01']}] AS n, MAP {'k': 1} AS m,
                      '00000000-0000-0000-0000-000000000001'::UUID AS u, '{"a": 1}'::JSON AS j""",
        )
        pipeline.sql("y", "SELECT * FROM x", ("x",))
        assert pipeline.types("y") == {
            "t": "TIMESTAMP WITH TIME ZONE",
            "d": "DECIMAL(10,2)",
            "n": "STRUCT(a INTEGER, b DATE[])[]",
            "m": "MAP(VARCHAR, INTEGER)",
            "u": "UUID",
            "j": "JSON",
        }

    def test_sums_of_whole_numbers_stay_exact(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT sum(v) AS total, 'a' AS b FROM (VALUES (9007199254740993::BIGINT), (0)) t(v)")
        assert pipeline.rows("x") == [(9007199254740993, "a")]

    def test_columns_of_the_same_name_get_numbers_and_a_word_about_it(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT a.*, b.* FROM (SELECT 1 AS id) a, (SELECT 2 AS id) b")
        assert list(pipeline.types("x")) == ["id", "id_1"]
        assert any("same name: id" in text for text in pipeline.said)

    def test_a_pivot_over_values_of_the_data_is_a_query(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT * FROM (VALUES ('a', 1), ('b', 2)) t(k, v)")
        assert pipeline.sql("y", "PIVOT x ON k USING sum(v)", ("x",)).rows == 1
        assert pipeline.rows("y") == [(1, 2)]

    @pytest.mark.parametrize("inside", ["FROM 'data/x.csv'", "FROM read_csv('data/x.csv')", "FROM 'data/*.csv'"])
    def test_relative_paths_start_at_the_pipeline(self, pipeline: Pipeline, inside: str) -> None:
        (pipeline.folder / "data").mkdir()
        (pipeline.folder / "data/x.csv").write_text("id\n7\n")
        pipeline.sql("x", f"SELECT * {inside}")
        assert pipeline.rows("x") == [(7,)]

    def test_a_replaced_result_is_read_anew(self, pipeline: Pipeline) -> None:
        for value in ("first", "other", "third"):  # of one length, so that the files are of one size, too
            pipeline.sql("x", f"SELECT '{value}' AS v FROM range(1000)")
            pipeline.sql("y", "SELECT DISTINCT v FROM x", ("x",))
            assert pipeline.rows("y") == [(value,)]

    def test_eight_at_once_each_read_their_own(self, pipeline: Pipeline) -> None:
        def source_and_transform(number: int, value: int) -> None:
            pipeline.sql(f"source_{number}", f"SELECT {value} AS v")
            pipeline.sql(f"own_{number}", f"SELECT v, {number} AS n FROM source_{number}", (f"source_{number}",))

        with ThreadPoolExecutor(8) as threads:
            for turn in range(50):
                values = [1000 * turn + number for number in range(8)]
                list(threads.map(source_and_transform, range(8), values))
                assert [pipeline.rows(f"own_{number}") for number in range(8)] == [
                    [(value, number)] for number, value in enumerate(values)
                ]


class TestSeveralStatements:
    def test_earlier_ones_prepare_the_query(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT 1 AS v")
        pipeline.sql(
            "y", "CREATE TABLE t AS SELECT v + 1 AS v FROM x;\nINSERT INTO t VALUES (5);\nSELECT * FROM t;", ("x",)
        )
        assert pipeline.rows("y") == [(2,), (5,)]

    def test_what_they_create_is_gone_for_the_next_attempt_and_for_others(self, pipeline: Pipeline) -> None:
        script = "CREATE TABLE t AS SELECT 1 AS v; CREATE MACRO f(x) AS x + 1; SELECT f(v) AS v FROM t"
        pipeline.sql("x", script)
        pipeline.sql("x", script)
        assert pipeline.rows("x") == [(2,)]
        assert "there is no table t" in pipeline.failure("SELECT * FROM t")
        assert "f does not exist" in pipeline.failure("SELECT f(1)")

    def test_settings_end_with_the_task(self, pipeline: Pipeline) -> None:
        pipeline.sql(
            "x", "SET preserve_insertion_order = false; SET threads = 1; SET TimeZone = 'Asia/Tokyo'; SELECT 1 AS v"
        )
        pipeline.sql("y", "SELECT current_setting('preserve_insertion_order') AS p, current_setting('TimeZone') AS z")
        assert pipeline.rows("y")[0][0] is True
        assert pipeline.rows("y")[0][1] != "Asia/Tokyo"

    def test_two_tasks_may_attach_a_database_under_one_name(self, pipeline: Pipeline) -> None:
        with duckdb.connect(str(pipeline.folder / "shop.db")) as database:
            database.execute("CREATE TABLE t AS SELECT 3 AS v")
        script = f"ATTACH '{pipeline.folder}/shop.db' AS shop (READ_ONLY); SELECT v FROM shop.t"
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda name: pipeline.sql(name, script), ["x", "y"]))
        assert pipeline.rows("x") == pipeline.rows("y") == [(3,)]

    def test_a_database_of_their_own_hides_the_tasks_and_the_message_tells_how_to_reach_them(
        self, pipeline: Pipeline
    ) -> None:
        pipeline.sql("x", "SELECT 1 AS v")
        script = "ATTACH ':memory:' AS other; USE other; "
        assert 'write memory.main."x"' in pipeline.failure(f"{script} SELECT v FROM x", ("x",))
        assert pipeline.sql("y", f'{script} SELECT v FROM memory.main."x"', ("x",)).rows == 1

    def test_a_table_named_as_an_upstream_task_is_an_error_and_not_another_table(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT 1 AS v")
        assert "already exists" in pipeline.failure("CREATE TABLE x AS SELECT 2 AS v; SELECT v FROM x", ("x",))

    def test_the_last_must_be_a_query(self, pipeline: Pipeline) -> None:
        message = pipeline.failure("CREATE TABLE t AS SELECT 1 AS v")
        assert message.startswith("the last statement is CREATE, no query: end the SQL with a SELECT")

    def test_there_must_be_one(self, pipeline: Pipeline) -> None:
        assert pipeline.failure("-- nothing here").startswith("the SQL is empty")


class TestErrors:
    def test_a_value_that_cannot_be_converted_is_told_with_its_line(self, pipeline: Pipeline) -> None:
        message = pipeline.failure("SELECT 1 AS a,\n       'NA'::BIGINT AS b\nFROM range(3)")
        assert message == f"Conversion Error: Could not convert string 'NA' to INT64 (shop.yml:{SQL_LINE + 1})"

    def test_lines_count_through_several_statements(self, pipeline: Pipeline) -> None:
        message = pipeline.failure("CREATE TABLE t AS SELECT 1 AS v; SET threads = 1;\n\n-- why\nSELECT v,\n  w FROM t")
        assert f"(shop.yml:{SQL_LINE + 4})" in message

    def test_lines_count_in_an_earlier_statement(self, pipeline: Pipeline) -> None:
        message = pipeline.failure("SET threads = 1;\nSELECT\n  nothing;\nSELECT 1 AS v")
        assert f"(shop.yml:{SQL_LINE + 2})" in message

    def test_where_the_file_folds_lines_the_start_of_the_sql_is_told(self, pipeline: Pipeline) -> None:
        with pytest.raises(ActionFailed, match=rf"\(shop.yml:{SQL_LINE}\)"):
            pipeline.run("x", sql_action("SELECT 1 AS a,\n nothing", line_by_line=False))

    def test_a_parser_error_is_told_with_its_line(self, pipeline: Pipeline) -> None:
        message = pipeline.failure("SELECT 1\nFORM x")
        assert message.startswith("Parser Error: syntax error at or near")
        assert message.endswith(f"(shop.yml:{SQL_LINE + 1})")

    def test_a_column_that_is_not_there_names_those_that_are(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT 1 AS amount")
        message = pipeline.failure("SELECT amout FROM x", ("x",))
        assert "amout" in message
        assert '"amount"' in message
        assert "\n" not in message

    @pytest.mark.parametrize("variable", ["self", "attempt", "statement", "context"])
    def test_a_name_of_the_programs_own_variables_is_no_table(self, pipeline: Pipeline, variable: str) -> None:
        assert f"there is no table {variable}" in pipeline.failure(f"SELECT * FROM {variable}")

    def test_a_misspelt_table_names_the_nearest(self, pipeline: Pipeline) -> None:
        pipeline.sql("clean_sales", "SELECT 1 AS v")
        assert "there is no table clean_sale: did you mean clean_sales?" in pipeline.failure(
            "SELECT * FROM clean_sale", ("clean_sales",)
        )

    def test_a_task_that_left_no_rows_is_no_table(self, pipeline: Pipeline) -> None:
        assert "the task report has left no rows" in pipeline.failure("SELECT * FROM report", ("report",))

    def test_only_what_a_task_depends_on_is_a_table(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT 1 AS v")
        assert "the task does not depend on x: add it to depends_on" in pipeline.failure("SELECT * FROM x")

    def test_names_that_differ_in_case_only_are_an_error(self, pipeline: Pipeline) -> None:
        pipeline.sql("sales", "SELECT 1 AS v")
        pipeline.sql("SALES", "SELECT 2 AS v")
        if len(list(pipeline.results.target.glob("*.parquet"))) == 2:
            assert "SQL cannot tell sales from SALES" in pipeline.failure("SELECT * FROM sales", ("sales", "SALES"))

    def test_the_log_has_all_that_duckdb_said(self, pipeline: Pipeline) -> None:
        pipeline.failure("SELECT 1 +\n nothing AS v")
        assert "LINE" in pipeline.results.log_path("broken").read_text()

    def test_a_folder_of_results_that_vanished_is_told(self, pipeline: Pipeline) -> None:
        context = pipeline.attempt("x", sql_action("SELECT 1 AS v"))
        context.result_path.parent.rmdir()
        with pytest.raises(ActionFailed, match=r"the folder of results .* vanished"):
            pipeline.engine.run(context)

    def test_too_little_memory_is_told(self, pipeline: Pipeline) -> None:
        message = pipeline.failure(
            "SET memory_limit = '20MB'; SET max_temp_directory_size = '0KB';\n"
            "SELECT list(range) AS l FROM range(10_000_000)"
        )
        assert "Memory" in message or "no space left" in message
        assert "\n" not in message

    def test_a_result_that_is_no_parquet_is_told(self, pipeline: Pipeline) -> None:
        path = pipeline.folder / "x.parquet"
        path.write_text("half a file")
        with pytest.raises(ActionFailed, match="no whole Parquet file"):
            pipeline.engine.count_rows(path)

    def test_rows_of_a_result_are_counted(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "SELECT * FROM range(321)")
        assert pipeline.engine.count_rows(pipeline.results.path_of("x")) == 321


class TestTheEnd:
    def test_a_stop_interrupts_the_query(self, pipeline: Pipeline) -> None:
        stop = StopToken()
        with pipeline.polled(), ThreadPoolExecutor(1) as threads:
            running = threads.submit(pipeline.sql, "x", ENDLESS, stop=stop)
            stop.request()
            with pytest.raises(Stopped):
                running.result(10)
        assert pipeline.temporary_files() == []

    def test_a_stop_before_the_start_starts_nothing(self, pipeline: Pipeline) -> None:
        stop = StopToken()
        stop.request()
        with pytest.raises(Stopped):
            pipeline.sql("x", "SELECT 1 AS v", stop=stop)

    def test_a_stop_is_never_lost_between_statements(self, pipeline: Pipeline) -> None:
        script = (
            "CREATE TABLE t (v INT);"
            + "INSERT INTO t SELECT 1;" * 300
            + ENDLESS.replace("SELECT", "SELECT (FROM t LIMIT 1),")
        )
        for after_s in (0.0, 0.01, 0.02, 0.04, 0.08):
            stop = StopToken()
            with pipeline.polled(), ThreadPoolExecutor(1) as threads:
                running = threads.submit(pipeline.sql, "x", script, stop=stop)
                stop.wait(after_s)
                stop.request()
                with pytest.raises(Stopped):
                    running.result(10)

    def test_one_stop_leaves_the_others_alone(self, pipeline: Pipeline) -> None:
        stop = StopToken()
        with pipeline.polled(), ThreadPoolExecutor(2) as threads:
            endless = threads.submit(pipeline.sql, "x", ENDLESS, stop=stop)
            others = [threads.submit(pipeline.sql, f"y{i}", f"SELECT {i} AS v") for i in range(20)]
            stop.request()
            assert [other.result(10).rows for other in others] == [1] * 20
            with pytest.raises(Stopped):
                endless.result(10)

    def test_a_query_out_of_time_is_interrupted(self, pipeline: Pipeline) -> None:
        with pipeline.polled(), pytest.raises(ActionFailed, match=r"^timed out after 50ms$"):
            pipeline.sql("x", ENDLESS, seconds=0.05)
        assert pipeline.temporary_files() == []

    def test_progress_moves_up_to_the_end(self, pipeline: Pipeline) -> None:
        pipeline.sql("numbers", "SELECT range AS i FROM range(3_000_000)")
        with pipeline.polled():
            pipeline.sql("x", "SELECT i, md5(i::VARCHAR) AS h FROM numbers WHERE h LIKE '%00%'", ("numbers",))
        assert pipeline.fractions == sorted(pipeline.fractions)
        assert all(0 < fraction <= 1 for fraction in pipeline.fractions)


class TestWhatIsKept:
    def test_the_outcome_has_rows_bytes_and_costs(self, pipeline: Pipeline) -> None:
        pipeline.sql("numbers", "SELECT range AS i FROM range(1_000_000)")
        outcome = pipeline.sql("x", "SELECT i % 10 AS k, sum(i) AS s FROM numbers GROUP BY k", ("numbers",))
        assert outcome.rows == 10
        assert outcome.bytes == pipeline.results.path_of("x").stat().st_size
        assert outcome.read_bytes is not None
        assert outcome.read_bytes > 1_000_000
        assert outcome.written_bytes is not None
        assert outcome.written_bytes > 0
        assert outcome.cpu_s is not None
        assert outcome.cpu_s > 0

    def test_the_profile_has_the_operators_with_their_rows(self, pipeline: Pipeline) -> None:
        pipeline.sql("numbers", "SELECT range AS i FROM range(1000)")
        pipeline.sql("x", "SELECT i % 10 AS k, count(*) AS n FROM numbers GROUP BY k", ("numbers",))
        profile = read_profile(pipeline.results.profile_path("x"))
        assert profile is not None
        rows = {node.name: node.rows for _, node in profile.root.walk()}
        assert rows["READ_PARQUET"] == 1000
        assert any(count == 10 for name, count in rows.items() if "GROUP_BY" in name)

    def test_a_profile_that_is_not_there_or_broken_is_none(self, tmp_path: Path) -> None:
        assert read_profile(tmp_path / "none.json") is None
        (tmp_path / "half.json").write_text('{"query": {')
        assert read_profile(tmp_path / "half.json") is None

    def test_nothing_is_left_in_the_temporary_folder(self, pipeline: Pipeline) -> None:
        pipeline.sql("x", "CREATE TABLE t AS SELECT 1 AS v; FROM t")
        pipeline.sql("y", "SELECT 1 AS v")
        assert pipeline.temporary_files() == []
