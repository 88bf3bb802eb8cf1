"""Every way to adapt an LLM with a head, on tiny checkpoints of real architectures: trained, saved, read, merged."""

from dataclasses import replace

import numpy as np
import pytest

from classifier import lineup
from classifier.presets import preset, presets_of
from classifier.profiles import PROFILES
from classifier.watch import Unwatched
from tests.classifier.test_checkpoints import DECODERS, checkpoint
from tests.classifier.toy import toy_data

NAMES = [preset.name for preset in presets_of("llm_head")]
TEXTS = ["公司今天宣布 收购", "据报道", "the company said recall 第1号 市场认为"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A path of each kind of decoder."""
    place = tmp_path_factory.mktemp("hub")
    return {kind: checkpoint(place / kind, DECODERS, kind) for kind in DECODERS}


def recipe_of(name, source, **changes):
    recipe = preset(name).apply(PROFILES["starter"].recipe("llm_head").with_checkpoint(source))
    return replace(recipe, **{"epochs": 2, "batch_size": 8} | changes)


def fitted(name, source, tmp_path, **changes):
    return lineup.fit("llm_head", recipe_of(name, source, **changes), toy_data(32), Unwatched(), tmp_path / "workspace")


@pytest.mark.parametrize("kind", DECODERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_preset_trains_and_is_read_back_as_it_was(sources, tmp_path, name, kind):
    model = fitted(name, sources[kind], tmp_path)
    scores = model.predict_proba(TEXTS)
    assert np.isfinite(scores).all()
    for turn in ("first", "again"):
        model.save(tmp_path / turn)
        model = lineup.load("llm_head", tmp_path / turn)
        np.testing.assert_allclose(model.predict_proba(TEXTS), scores, atol=1e-6)
