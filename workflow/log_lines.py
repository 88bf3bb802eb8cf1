"""How a log is written: what came from outside neither acts on a terminal nor passes for a line of the log's own."""

import logging


class LineFormatter(logging.Formatter):
    """Writes a record with its traceback; every line but the first is indented, and every control is made visible."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as lines that hold printable characters alone."""
        return "\n  ".join(map(_visible, super().format(record).splitlines()))


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Have everything that is logged from this level on written to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level, handlers=[handler])


def _visible(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
