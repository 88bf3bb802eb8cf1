"""Gradio is imported without a look at the stubs of its components, and is whole nevertheless."""

import subprocess
import sys

LOOK = """
import inspect
from pathlib import Path
from ui.gradio_stubs import without_stubs

read, getfile, stubs = Path.read_text, inspect.getfile, []
Path.read_text = lambda path, *options, **named: (stubs.append(path), read(path, *options, **named))[1]
with without_stubs():
    import gradio
print([str(path) for path in stubs if path.suffix == ".pyi"])
print(inspect.getfile is getfile, Path(inspect.getfile(gradio.Textbox)).name, gradio.Textbox(label="news").label)
"""


def test_no_stub_is_read_and_every_component_is_there():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LOOK], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "True textbox.py news"]
