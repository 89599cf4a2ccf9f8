"""The dashboard played by hand in a real terminal, from opening to quitting."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.end_to_end.terminal import PROMPT, Terminal, is_alive, wait_until

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")

SIZES = [(200, 50), (80, 24), (40, 10)]

SHOP = """\
name: shop
sources:
  - {name: sales, sleep: 300ms}
  - {name: stock, command: "echo counting; test -e corrected || { echo no stock list >&2; exit 3; }"}
transforms:
  - {name: joined, sleep: 200ms, depends_on: [sales, stock]}
execution: {max_parallel: 1}
"""
STUBBORN = """\
name: stubborn
tasks:
  - name: parent
    command: "trap '' TERM; sleep 1000 & echo $! > child; echo $$ > parent; wait; sleep 1000"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.yml").write_text(SHOP)
    return tmp_path


@pytest.mark.parametrize("size", SIZES)
def test_open_run_move_the_slider_see_a_failure_correct_it_rerun_and_quit(shop: Path, size: tuple[int, int]) -> None:
    with Terminal(shop, *size) as terminal:
        terminal.run("shop.yml")
        terminal.wait_for("shop", "idle", "sales", "joined")

        terminal.press("+", "+", "+", "-")
        terminal.press("a")
        terminal.wait_for("Run all tasks", "enter run")
        terminal.press("Enter")
        terminal.wait_for("failed", "⊘", "2/3 done")

        terminal.press("/", *"stock")
        terminal.wait_for("1 found")
        terminal.press("Enter")
        terminal.wait_gone("found")
        terminal.press_until("L", "counting")
        terminal.wait_for("counting", "▌ no stock list")
        terminal.press_until("Escape", "joined")  # from the log, from the filter

        (shop / "corrected").touch()
        terminal.press("f")
        terminal.wait_for("stock, joined")
        terminal.press("Enter")
        terminal.wait_for("succeeded", "3/3 done")

        terminal.press("q")
        terminal.wait_for("shop  succeeded", "exit=0")
        assert PROMPT in terminal.text


def test_the_run_begins_at_once_with_the_command_run(shop: Path) -> None:
    with Terminal(shop, 120, 30) as terminal:
        terminal.run("run", "shop.yml")
        terminal.wait_for("failed", "2/3 done")
        terminal.press("q")
        screen = terminal.wait_for("exit=1")
        assert "✗ stock" in screen
        assert "no stock list" in screen
        assert ".log" in screen


def test_the_selection_of_the_command_line_is_run(shop: Path) -> None:
    with Terminal(shop, 120, 30) as terminal:
        terminal.run("run", "shop.yml", "--select", "sales")
        terminal.wait_for("succeeded", "1/1 done")
        terminal.press("q")
        terminal.wait_for("exit=0")


def test_a_selection_that_means_nothing_ends_with_a_message(shop: Path) -> None:
    with Terminal(shop, 120, 30) as terminal:
        terminal.run("run", "shop.yml", "--select", "slaes")
        terminal.wait_for("seeknal-tui:", "slaes", "exit=2")


def test_a_file_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Terminal(tmp_path, 120, 30) as terminal:
        terminal.run("nowhere/x.yml")
        terminal.wait_for("nowhere/x.yml:1:1: error: there is no such file", "exit=2")


def test_a_file_with_errors_shows_them_and_exits_with_2(shop: Path) -> None:
    (shop / "shop.yml").write_text("tasks: [{nmae: x}]")
    with Terminal(shop, 120, 30) as terminal:
        terminal.run("shop.yml")
        terminal.wait_for("cannot be run", "nmae")
        terminal.press("q")
        terminal.wait_for("exit=2")


def test_resizing_while_it_runs_breaks_nothing(shop: Path) -> None:
    with Terminal(shop, 200, 50) as terminal:
        terminal.run("run", "shop.yml")
        for size in [(40, 10), (250, 70), (80, 24), (20, 5), (132, 40)]:
            terminal.resize(*size)
        terminal.wait_for("2/3 done", "1 Graph", "2 Timeline", "? help")
        terminal.press("q")
        terminal.wait_for("exit=1")


def started_stubborn(folder: Path, terminal: Terminal) -> tuple[int, list[int]]:
    """Runs a task that ignores SIGTERM and has a child; returns the dashboard's process and theirs."""
    (folder / "stubborn.yml").write_text(STUBBORN)
    note_pid = 'import os; open("dashboard", "w").write(str(os.getpid()))'
    launch = f"-c '{note_pid}; from seeknal_tui.cli import main; main()'"
    terminal.run("run", "stubborn.yml", program=launch)
    files = [folder / name for name in ("dashboard", "parent", "child")]
    wait_until(lambda: all(file.exists() and file.read_text().strip() for file in files))
    terminal.wait_for("running")
    dashboard, *tasks = (int(file.read_text()) for file in files)
    return dashboard, tasks


def all_gone(processes: list[int]) -> bool:
    return not any(map(is_alive, processes))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)], ids=["TERM", "INT", "HUP"]
)
def test_a_signal_stops_the_run_restores_the_terminal_and_leaves_no_process(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with Terminal(tmp_path, 120, 30) as terminal:
        before = terminal.modes()
        dashboard, tasks = started_stubborn(tmp_path, terminal)
        os.kill(dashboard, number)
        terminal.wait_for("Waiting for parent")
        os.kill(dashboard, number)  # the second one kills what does not end
        terminal.wait_for(f"exit={code}", "stubborn  cancelled")
        assert all_gone(tasks)
        assert terminal.modes() == before


def test_kill_9_leaves_no_process(tmp_path: Path) -> None:
    with Terminal(tmp_path, 120, 30) as terminal:
        dashboard, tasks = started_stubborn(tmp_path, terminal)
        os.kill(dashboard, signal.SIGKILL)
        wait_until(lambda: all_gone([dashboard, *tasks]))


def test_closing_the_window_leaves_no_process(tmp_path: Path) -> None:
    with Terminal(tmp_path, 120, 30) as terminal:
        dashboard, tasks = started_stubborn(tmp_path, terminal)
        terminal.hang_up()
        wait_until(lambda: all_gone([dashboard, *tasks]))


def test_ctrl_c_asks_stops_and_kills(tmp_path: Path) -> None:
    with Terminal(tmp_path, 120, 30) as terminal:
        _, tasks = started_stubborn(tmp_path, terminal)
        terminal.press("C-c")
        terminal.wait_for("Tasks still run")
        terminal.press("C-c")
        terminal.wait_for("Waiting for parent")
        terminal.press("C-c")
        terminal.wait_for("exit=130")
        assert all_gone(tasks)


def test_a_crash_restores_the_terminal_stops_the_tasks_and_says_where_the_details_are(tmp_path: Path) -> None:
    (tmp_path / "stubborn.yml").write_text(STUBBORN)
    (tmp_path / "broken.py").write_text(
        "import os, sys\n"
        "from seeknal_tui.dashboard import main_screen\n"
        "from seeknal_tui.cli import main\n"
        "tick = main_screen.MainScreen._tick\n"
        "def breaks(self):\n"
        "    tick(self)\n"
        "    if os.path.exists('child') and open('child').read().strip():\n"
        "        raise RuntimeError('a fault of ours')\n"
        "main_screen.MainScreen._tick = breaks\n"
        "main()\n"
    )
    with Terminal(tmp_path, 160, 30) as terminal:
        before = terminal.modes()
        terminal.run("run", "stubborn.yml", program="broken.py")
        screen = terminal.wait_for("seeknal-tui: the dashboard broke", "exit=70")
        assert "Traceback" not in screen
        assert terminal.modes() == before
        (details,) = tmp_path.glob("target/.seeknal_tui/crash-*.log")
        assert "a fault of ours" in details.read_text()
        assert all_gone([int((tmp_path / name).read_text()) for name in ("child", "parent")])


def test_a_million_lines_neither_freeze_the_dashboard_nor_get_lost(tmp_path: Path) -> None:
    (tmp_path / "loud.yml").write_text("tasks: [{name: loud, command: seq 1000000}, {name: slow, sleep: 1h}]")
    with Terminal(tmp_path, 120, 30) as terminal:
        terminal.run("run", "loud.yml")
        terminal.wait_for("running")
        terminal.press("/", *"loud")
        terminal.wait_for("1 found")
        terminal.press("Enter")
        terminal.wait_gone("found")
        terminal.press("L")
        terminal.wait_for("1000000", "1,000,000 lines")
        terminal.press("g")
        terminal.wait_for("  1 ", "F follows")
        (log,) = tmp_path.glob("target/.seeknal_tui/*/loud.log")
        assert log.read_bytes().count(b"\n") == 1_000_000
        terminal.press("q", "Enter")
        terminal.wait_for("exit=130")


def test_hostile_output_paints_nothing_outside_its_pane(tmp_path: Path) -> None:
    (tmp_path / "hostile.py").write_text(
        "print('\\x1b[2J\\x1b[H\\x1b]0;title\\x07\\x9b31m [red]x[/] [@click=app.quit]y \\u202e\\x00')\n"
    )
    (tmp_path / "hostile.yml").write_text("tasks: [{name: hostile, command: python3 hostile.py}]")
    with Terminal(tmp_path, 120, 30) as terminal:
        terminal.run("run", "hostile.yml")
        terminal.wait_for("1/1 done")
        terminal.press("L")
        screen = terminal.wait_for("␛[2J␛[H", "[red]x[/]")
        assert "hostile  production" in screen
        assert "? help" in screen
        terminal.press("q")
        terminal.wait_for("exit=0")


def test_a_terminal_that_goes_away_ends_the_dashboard_and_its_tasks(tmp_path: Path) -> None:
    with Terminal(tmp_path, 120, 30) as terminal:
        dashboard, tasks = started_stubborn(tmp_path, terminal)
        terminal.close()
        wait_until(lambda: all_gone([dashboard, *tasks]))


GATED = """\
name: shop
execution: {max_parallel: 1}
tasks:
  - {name: loud, command: "seq 3000; echo the needle; seq 3000"}
  - {name: left, command: "until test -e open; do sleep 0.02; done"}
  - {name: right, command: "until test -e open; do sleep 0.02; done"}
  - {name: both, sleep: 10ms, depends_on: [loud, left, right]}
"""


def test_a_session_of_slider_log_plans_edits_history_and_resuming(tmp_path: Path) -> None:
    file, gate = tmp_path / "shop.yml", tmp_path / "open"
    file.write_text(GATED)
    with Terminal(tmp_path, 160, 45) as terminal:
        terminal.run("run", "shop.yml")
        terminal.wait_for("1/4 done · 1 running", "1 slot, 1 busy")
        terminal.press("+")
        terminal.wait_for("1/4 done · 2 running", "2 slots, 2 busy", "▲2")

        terminal.press("L")  # the first task is under the cursor
        terminal.wait_for("3000")
        terminal.press("/", *"needle", "Enter")
        terminal.wait_for("the needle", "1 of 1")
        terminal.press("y")
        terminal.wait_for("lines copied")
        assert "the needle" in (tmp_path / "target/.seeknal_tui/copied.txt").read_text().splitlines()
        terminal.press_until("1", "enter open")

        gate.touch()
        terminal.wait_for("● succeeded 00:", "4/4 done")

        terminal.press("R")
        terminal.wait_for("Run loud and everything downstream", "run       2   loud, both", "reuse     2", "esc cancel")
        terminal.press("Escape")
        terminal.wait_gone("esc cancel")

        file.write_text(GATED + "  - {name: extra, command: echo more, depends_on: [both]}\n")
        terminal.wait_for("1 new: extra")
        terminal.press("c")
        terminal.wait_for("extra: it never ran", "enter run")
        terminal.press("Enter")
        terminal.wait_for("● succeeded 00:", "5/5 done")

        file.write_text(GATED.replace("name: left", "nmae: left"))
        terminal.wait_for("cannot be run", "shop.yml:5:6", "nmae", "^")
        terminal.press("Escape")
        terminal.wait_for("5/5 done", "shop.yml has errors")
        file.write_text(GATED)
        terminal.wait_gone("shop.yml has errors")

        terminal.press("H")
        terminal.wait_for("History of shop.yml", "2 runs", "--changed")
        terminal.press("Escape")
        terminal.wait_for("1 Graph")
        terminal.press_until("b", "What would help")
        terminal.press("Escape")
        terminal.wait_for("1 Graph")

        gate.unlink()
        terminal.press("+")
        terminal.wait_for("3 slots")
        terminal.press("a")
        terminal.wait_for("Run all tasks")
        terminal.press("Enter")
        terminal.wait_for("1/4 done · 2 running")
        terminal.press("q")
        terminal.wait_for("Tasks still run", "2 running, 1 waiting")
        terminal.press("Enter")
        terminal.wait_for("shop  cancelled", "--resume    goes on from here", "exit=130")

        gate.touch()
        terminal.run("run", "shop.yml", "--resume")
        terminal.wait_for("● succeeded 00:", "4/4 done", "1 reused")
        terminal.press("q")
        terminal.wait_for("3 succeeded  1 reused", "exit=0")
