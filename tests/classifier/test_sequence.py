"""`bert` and `llm_head` alike, with the starter models: they learn, and what is saved is what was trained."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from classifier import lineup
from classifier.examples import Example, TrainingData
from classifier.options.changes import changed
from classifier.profiles import PROFILES
from classifier.targets import target_matrix
from classifier.validation import best_micro_f1
from classifier.watch import Cancelled, Unwatched
from tests.classifier.toy import Recorder, toy_data

NAMES = ("bert", "llm_head")
TEXTS = ["公司今天宣布 收购 第1号", "据报道 裁员", "", "x" * 5000, "the company said recall"]


def recipe(name, **changes):
    return replace(PROFILES["starter"].recipe(name), **{"epochs": 12, "batch_size": 16, "seconds": 60.0} | changes)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Both classifiers, trained once in one workspace, each saved in a directory; the workspace is gone."""
    place = tmp_path_factory.mktemp("trained")
    models = {}
    for name in NAMES:
        models[name] = lineup.fit(name, recipe(name), toy_data(), Unwatched(), place / "workspace")
        models[name].save(place / name)
    shutil.rmtree(place / "workspace")
    return models, place


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_what_a_word_means(trained, name):
    model, data = trained[0][name], toy_data()
    scores = model.predict_proba([example.text for example in data.validation])
    assert best_micro_f1(scores, target_matrix(data.validation, model.labels)) > 0.95


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_scores_as_before_without_its_workspace(trained, name):
    models, place = trained
    loaded = lineup.load(name, place / name)
    assert loaded.labels == models[name].labels == toy_data().label_names
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), models[name].predict_proba(TEXTS), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_model_can_be_saved_again(trained, tmp_path, name):
    models, place = trained
    lineup.load(name, place / name).save(tmp_path / "copy")
    copy = lineup.load(name, tmp_path / "copy")
    np.testing.assert_allclose(copy.predict_proba(TEXTS), models[name].predict_proba(TEXTS), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_probabilities_whatever_the_text(trained, name):
    scores = trained[0][name].predict_proba([*TEXTS, "\x00\u200b😀", "\n \t"])
    assert scores.dtype == np.float32
    assert scores.shape == (7, 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert trained[0][name].predict_proba([]).shape == (0, 3)


@pytest.mark.parametrize("name", NAMES)
def test_the_company_of_other_texts_does_not_change_a_score(trained, name):
    model = trained[0][name]
    together = model.predict_proba(TEXTS)
    alone = np.concatenate([model.predict_proba([text]) for text in TEXTS])
    # As far as half precision goes.
    np.testing.assert_allclose(together, alone, atol=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_only_safe_files_are_written(trained, name):
    files = [file for file in (trained[1] / name).rglob("*") if file.is_file()]
    assert {file.suffix for file in files} <= {".json", ".safetensors", ".jinja", ".txt"}


@pytest.mark.parametrize("name", NAMES)
def test_a_directory_of_another_classifier_is_refused(trained, name):
    other = NAMES[1 - NAMES.index(name)]
    with pytest.raises(ValueError, match=f"holds {other}, not {name}"):
        lineup.load(name, trained[1] / other)


@pytest.mark.parametrize("name", NAMES)
def test_an_unfinished_directory_is_refused(trained, tmp_path, name):
    shutil.copytree(trained[1] / name, tmp_path / "half")
    (tmp_path / "half" / "metadata.json").unlink()
    with pytest.raises(FileNotFoundError, match="no complete model"):
        lineup.load(name, tmp_path / "half")


@pytest.mark.parametrize("name", NAMES)
def test_a_training_without_validation_or_with_one_item_still_ends(tmp_path, name):
    data = TrainingData(toy_data().labels, (Example("公司 收购", ("收购",)), Example("  ")), ())
    model = lineup.fit(name, recipe(name, epochs=1), data, Unwatched(), tmp_path)
    assert np.isfinite(model.predict_proba(["公司 收购"])).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_wish_to_stop_reaches_the_caller(tmp_path, name):
    lineup.fit_retriever(PROFILES["starter"].recipe("retriever"), toy_data(), Unwatched(), tmp_path)
    with pytest.raises(Cancelled):
        lineup.fit(name, recipe(name), toy_data(), Recorder(stop_after=5), tmp_path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "changes",
    [
        {"noise": {"fgm_epsilon": 1.0}},
        {"noise": {"r_drop": 1.0, "dropout": 0.1}},
        {"loss": {"kind": "asymmetric"}, "reading": {"mode": "windows", "stride": 8}, "max_length": 16},
        {"optimisation": {"frozen_share": 0.5, "layer_decay": 0.9, "accumulation": 2, "checkpointing": True}},
    ],
    ids=["fgm", "r-drop", "windows", "optimisation"],
)
def test_what_the_two_share_suits_both(tmp_path, name, changes):
    data = replace(toy_data(32), validation=())
    model = lineup.fit(name, changed(recipe(name, epochs=1), changes), data, Unwatched(), tmp_path)
    scores = model.predict_proba([*TEXTS, "公司 " * 50])
    assert np.isfinite(scores).all()
    model.save(tmp_path / "saved")
    np.testing.assert_allclose(
        lineup.load(name, tmp_path / "saved").predict_proba([*TEXTS, "公司 " * 50]), scores, atol=1e-6
    )


def test_training_tells_loss_and_validation(tmp_path):
    watch = Recorder()
    lineup.fit("bert", recipe("bert", epochs=3, patience=3), toy_data(), watch, tmp_path)
    assert len(watch.points["loss"]) >= 10
    assert [step for step, _ in watch.points["validation_f1"]] == [0, 1, 2, 3]


def test_an_unknown_classifier_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no classifier svm"):
        lineup.load("svm", tmp_path)
