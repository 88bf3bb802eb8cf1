"""Keeps Gradio from comparing the type stubs of all its components with every start: a third of its import."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_stubs() -> Iterator[None]:
    """Within it, Gradio's classes have no source file, as those made in a notebook: it writes them no stub."""
    getfile = inspect.getfile

    def getfile_of_others(thing: object) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError("a class of Gradio's")
        return getfile(thing)

    inspect.getfile = getfile_of_others
    try:
        yield
    finally:
        inspect.getfile = getfile
