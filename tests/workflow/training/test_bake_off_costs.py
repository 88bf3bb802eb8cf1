"""What a run of a bake-off costs: tokens at an endpoint, and memory in a process of its own."""

import threading
from http.server import ThreadingHTTPServer

import numpy as np
import pytest

from classifier.prompt_recipe import PromptRecipe
from tests.classifier.test_endpoint import Answers
from tests.workflow.training.baking import QuickRecipes, bake_offs, work
from workflow import bakeoff
from workflow.bakeoff.bake_offs import Wish
from workflow.bakeoff.plan import Prices


class EndpointRecipes(QuickRecipes):
    address = ""

    def recipe(self, classifier):
        asked = {"checkpoint": "none", "endpoint": self.address, "model": "m", "retries": 0}
        return PromptRecipe(**asked) if classifier == "prompt" else super().recipe(classifier)


def test_an_endpoint_costs_what_its_tokens_cost(desk):
    """90 tokens read at 2 and 4 written at 5 a million: 0.2 for 1,000 items."""
    usage = {"prompt_tokens": 90, "completion_tokens": 4, "total_tokens": 94}
    handler = type("Scripted", (Answers,), {"asked": [], "script": {"": "股权质押"}, "usage": usage})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    EndpointRecipes.address = f"http://127.0.0.1:{server.server_port}/v1"
    made = bake_offs(desk, EndpointRecipes)
    job_id = made.start(Wish(["prompt"], prices=Prices(read=2.0, written=5.0)))
    work(desk)
    server.shutdown()
    server.server_close()
    prompt = made.view(job_id).rows[1]
    assert prompt.costs.price == pytest.approx(0.2)
    assert prompt.costs.parameters is None
    shown = handler.asked[-1][1]["messages"][0]["content"]
    assert len(handler.asked) == 56
    assert any(label in shown for label in ("股权质押", "高管减持"))


@pytest.mark.slow
def test_a_run_has_a_process_of_its_own_whose_memory_is_its_own(desk):
    made = bake_offs(desk)
    weight = np.ones(100_000_000)
    job_id = made.start(Wish(["llm-lora", "prompt"], ["25%"]))
    work(desk, bakeoff.child.in_child)
    view = made.view(job_id)
    assert [row.state for row in view.rows] == ["done"] * 3
    assert all(100e6 < row.costs.peak_memory < weight.nbytes + 700e6 for row in view.rows)
    assert view.rows[0].costs.peak_memory < weight.nbytes
