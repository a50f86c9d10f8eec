"""A spreadsheet that opens our files runs nothing that somebody wrote."""

import csv
import io

import pytest

from hitl.tables import csv_answer

WRITTEN = ["=1+1", "+1", "-1", "@x", "\t=1", "x;=cmd|' /C calc'!A0", 'x;"=1"', "x; =1", "x\n=1", "a;b;-1", "=1;=2"]


@pytest.mark.security
@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("divides_by", [",", ";", "\t"])
def test_it_begins_no_cell_as_a_formula_does_whatever_divides_them(written: str, divides_by: str) -> None:
    text = csv_answer("x", ["name", "what"], [["bot", written]]).content.decode()
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=divides_by) for cell in row]
    assert not [cell for cell in cells if cell.strip(' "').startswith(("=", "+", "-", "@"))], cells


def test_it_leaves_all_other_text_as_it_is() -> None:
    text = csv_answer("x", ["what"], [["a = b; c - d"], [{"n": -1}]]).content.decode()
    assert list(csv.reader(io.StringIO(text))) == [["what"], ["a = b; c - d"], ['{"n": -1}']]
