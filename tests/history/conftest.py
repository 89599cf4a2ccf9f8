"""A project to be edited and run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.projects import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """One with a task of each kind; nothing has run yet."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write("data/sales.csv", "id,amount\n1,10\n2,20\n")
    project.write("data/extra/one.csv", "id\n1\n")
    project.write("code.py", "import helper\n\ndef go(context):\n    print(helper.WORD)\n\ngo2 = go\n")
    project.write("helper.py", "WORD = 'one'\n")
    project.write("script.sh", "cat data/sales.csv > out.txt\n")
    project.define(
        """
        sources:
          - {name: sales, path: data/sales.csv}
          - {name: extra, path: data/extra/*.csv}
        transforms:
          - name: clean
            sql: |
              SELECT id, amount, 'a b' AS word
              FROM sales -- all of them
          - name: joined
            sql: SELECT * FROM clean JOIN extra USING (id)
        aggregations:
          - {name: total, sql: SELECT sum(amount) AS total FROM joined}
          - {name: direct, sql: "SELECT count(*) AS n FROM 'data/sales.csv'"}
        tasks:
          - {name: call, python: "code:go", depends_on: [total], env: {LEVEL: "1"}}
          - {name: shell, command: sh script.sh, outputs: [out.txt], env: {LEVEL: "1"}}
          - {name: refer, command: 'echo "$SEEKNAL_TUI_TEST_WORD"'}
          - {name: nap, sleep: 1ms, depends_on: [call]}
          - {name: meet, depends_on: [nap, shell]}
          - {name: last, command: "true", depends_on: [meet]}
        """
    )
    return project
