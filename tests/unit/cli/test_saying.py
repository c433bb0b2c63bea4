"""What a command shows is what there is, whatever marks a file's name holds."""

import pytest
from rich.table import Table

from jobs.cli.line import say


def test_brackets_of_names_are_shown_in_lines_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("file")
    table.add_row("处罚[red](重发)[/red].csv")
    say("dropped 处罚[bold].csv")
    say(table)
    shown = capsys.readouterr().out
    assert "dropped 处罚[bold].csv" in shown
    assert "处罚[red](重发)[/red].csv" in shown
