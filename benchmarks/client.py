"""Speaks HTTP with a running app as a program does: named endpoints, and what the page's views ask."""

import http.client
import json
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO, TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

Json: TypeAlias = Any
"""An answer as it was parsed; a benchmark that takes it for something else fails."""
PATIENCE, IDLE = 120, 3.0
"""Seconds that an answer may take, and after which an idle connection is opened anew."""


class Client:
    """One person on one connection that stays open."""

    def __init__(self, address: str, person: str = "analyst") -> None:
        self.person = person
        self.seconds = 0.0
        """How long the last answer took, read to its end."""
        self._session = uuid4().hex
        self._used_at = perf_counter()
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
        self._views: dict[str, int] = {}

    def call(self, endpoint: str, *values: object) -> Json:
        """Call a named endpoint."""
        return self._post(f"/gradio_api/run/{endpoint}", {"data": list(values)})["data"][0]

    def ask(self, view: str, function: str, **fields: object) -> Json:
        """Ask what a view of the page asks."""
        asked = {"component_id": self._view(view), "fn_name": f"ask_{function}", "data": fields}
        answer = self._post("/gradio_api/component_server", asked)
        if not answer["ok"]:
            raise RuntimeError(answer["message"])
        return answer

    def next_item(self, queue: object = "instructive") -> Json:
        """Take the next item of a queue."""
        return self.call("next_item", queue, self.person)

    def submit(self, item: Json, labels: list[str], token: str) -> Json:
        """Save an item's labels."""
        return self.call("submit", item["id"], labels, token, item["row_version"], "", self.person)

    def upload(self, file: Path) -> str:
        """Send a file; return the token under which it is known from now on."""
        with file.open("rb") as stream:
            return str(self._read("PUT", f"/upload?name={file.name}", stream)["upload"])

    def _view(self, view: str) -> int:
        if not self._views:
            parts = self._get("/config")["components"]
            self._views = {part["props"].get("elem_id"): part["id"] for part in parts}
        return self._views[f"view-{view}"]

    def _get(self, path: str) -> Json:
        return self._read("GET", path, None)

    def _post(self, path: str, body: dict[str, object]) -> Json:
        # With a session Gradio remembers the page's state; without one it copies it for each call.
        return self._read("POST", path, json.dumps({"session_hash": self._session} | body))

    def _read(self, method: str, path: str, body: str | BinaryIO | None) -> Json:
        if perf_counter() - self._used_at > IDLE:
            # The server has closed the connection by now; it opens by itself.
            self._connection.close()
        began = perf_counter()
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        self._used_at = perf_counter()
        self.seconds = self._used_at - began
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        return json.loads(content)
