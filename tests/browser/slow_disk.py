"""The app, whose prompt is loaded once a file is there: python -m tests.browser.slow_disk serve --data DIR."""

import os
import sys
import time
from pathlib import Path

import app
from classifier import lineup

load = lineup.load


def load_late(name, directory):
    while name == "prompt" and not Path(os.environ["DISK_IS_READ"]).exists():
        time.sleep(0.05)
    return load(name, directory)


if __name__ == "__main__":
    lineup.load = load_late
    sys.exit(app.main())
