"""A file that cannot be used ends the command with status 1 and one sentence on standard error; nothing is stored."""

import json

import pytest

import app
from tests.workflow.nasty import NASTY

REFUSED = [name for name, (_, outcome) in NASTY.items() if isinstance(outcome, str)]


@pytest.mark.parametrize("name", [name for name in REFUSED if not name.endswith(("rows.xlsx", "texts.xlsx"))])
def test_a_file_that_cannot_be_used_is_told_in_one_line(data, tmp_path, capfd, name):
    path = tmp_path / name
    path.write_bytes(NASTY[name][0]())
    assert app.main(["import", "--data", str(data), str(path)]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert NASTY[name][1] in err
    assert err.endswith("\n")
    assert err[:-1].isprintable()


def test_the_good_rows_of_a_bad_file_are_counted_on_one_printable_line(data, tmp_path, capfd):
    path = tmp_path / "bad\x1b[31m.csv"
    path.write_bytes(NASTY["controls.csv"][0]())
    assert app.main(["import", "--data", str(data), "--json", str(path)]) == 0
    out = capfd.readouterr().out
    assert out[:-1].isprintable()
    assert (json.loads(out)["added"], json.loads(out)["rejected"]) == (1, 1)
