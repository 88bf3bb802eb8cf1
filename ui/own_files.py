"""Files that one person brought or asked for: nobody else finds them, by whatever name, and they are kept for a day."""

import hashlib
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from workflow.errors import NotFound

LARGEST_NAME = 200
"""Bytes; file systems allow some more, which temporary names need."""
KEPT_SECONDS = 24 * 3600
TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class OwnFiles:
    """A person's folder: one unguessable folder a file, which keeps its own name."""

    folder: Path

    @classmethod
    def of(cls, data: Path, owner: str) -> "OwnFiles":
        """Return what belongs to a person; lies below the folder that Gradio may send files from."""
        name = hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return cls(data / "uploads" / "own" / name)

    def add(self, name: str) -> tuple[str, Path]:
        """Make room for a file; return its token and its path. Whatever is older than a day goes, of everybody."""
        self._sweep()
        token = secrets.token_hex(16)
        (self.folder / token).mkdir(parents=True)
        return token, self.folder / token / _safe_name(name)

    def find(self, token: str) -> Path:
        """Return the file of a token; raise NotFound where there is none any more, or it is somebody else's."""
        found = sorted((self.folder / token).glob("*")) if TOKEN.fullmatch(token) else []
        if not found:
            raise NotFound("The file is not here any more; choose it once more.")
        return found[0]

    def holds(self, path: str) -> bool:
        """Tell whether a path, of whatever spelling, is one of these files."""
        try:
            real = Path(path).resolve()
            return real.is_file() and real.is_relative_to(self.folder.resolve())
        except (OSError, ValueError):
            return False

    def remove(self, token: str) -> None:
        """Remove a file; one that is gone already is no matter."""
        if TOKEN.fullmatch(token):
            shutil.rmtree(self.folder / token, ignore_errors=True)

    def _sweep(self) -> None:
        for old in self.folder.parent.glob("*/*"):
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)


def _safe_name(name: str) -> str:
    """Return the last part of a name, in as many bytes as a file system takes, the ending kept."""
    plain = re.sub(r"[\x00-\x1f/\\]", "_", Path(name).name) or "file"
    stem, dot, ending = plain.rpartition(".")
    kept = (stem or plain).encode()[: LARGEST_NAME - 20].decode("utf-8", "ignore")
    return f"{kept}.{ending[:10]}" if stem and dot else kept
