"""Lines of text that are wrapped and scrolled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text
from textual.app import App, ComposeResult

from seeknal_tui.dashboard.text_pane import TextPane, wrapped


class PaneApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.pane = TextPane()

    def compose(self) -> ComposeResult:
        yield self.pane


def plain(text: str, width: int) -> list[str]:
    return [line.plain for line in wrapped(Text(text), width, Console())]


def test_what_is_wrapped_stands_below_the_second_column() -> None:
    found = [line.rstrip() for line in plain("depends on  sales, stock, planes", 24)]
    assert found == ["depends on  sales,", "            stock,", "            planes"]


def test_a_wrapped_line_keeps_its_indent() -> None:
    assert [line.rstrip() for line in plain("    one two three", 12)] == ["    one two", "    three"]


@given(st.text(st.characters(categories=["L", "N", "P", "Zs", "So"]), max_size=200), st.integers(4, 60))
def test_no_piece_is_wider_than_the_pane(text: str, width: int) -> None:
    assert all(Text(line.rstrip()).cell_len <= width for line in plain(text, width))


async def test_a_style_of_a_whole_line_is_painted() -> None:
    app = PaneApp()
    async with app.run_test(size=(20, 4)) as pilot:
        app.pane.show([Text("heading", "bold")])
        await pilot.pause()
        first = next(iter(app.pane.render_line(0)))
        assert first.style is not None
        assert first.style.bold


async def test_markup_in_a_text_is_text() -> None:
    app = PaneApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.pane.show([Text("[red]x[/] [@click=app.quit]y[/]")])
        await pilot.pause()
        assert app.pane.render_line(0).text.rstrip() == "[red]x[/] [@click=app.quit]y[/]"
