"""Files of a version that are damaged or gone: it is told of that classifier alone, and a retraining mends it."""

import shutil

import pytest

from tests.faults.processes import run
from workflow.version_files import version_directory

pytestmark = pytest.mark.slow

TEXT = "海澜科技：控股股东办理了股权质押"


def remove(directory):
    shutil.rmtree(directory)


def forget_metadata(directory):
    (directory / "metadata.json").unlink()


def scribble(name):
    def damage(directory):
        for path in directory.rglob(name):
            path.write_bytes(b"\0garbage" * 20)

    return damage


def cut(directory):
    for path in directory.rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


DAMAGES = {
    "the directory is gone": remove,
    "it was never finished": forget_metadata,
    "its metadata is garbage": scribble("metadata.json"),
    "its weights are garbage": scribble("*.safetensors"),
    "its weights are cut short": cut,
    "its configuration is garbage": scribble("config.json"),
    "its tokenizer is garbage": scribble("tokenizer.json"),
}


def live(desk, classifier):
    return next(row for row in desk.retraining.versions(classifier) if row.status == "live")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_one_classifier_is_silent_and_the_others_speak(trained, damage):
    row = live(trained, "bert")
    damage(version_directory(trained.data, "bert", row.id))
    answer = trained.live.classify(TEXT)
    assert answer.unavailable["bert"] == (
        f"The files of bert, version {row.number}, cannot be read; retrain it or roll it back."
    )
    assert (answer.classifiers["bert"], answer.classifiers["llm_head"] is None) == (None, False)


def test_a_retraining_takes_the_place_of_what_is_gone(trained):
    remove(version_directory(trained.data, "bert", live(trained, "bert").id))
    trained.retraining.start(("bert",))
    trained.work()
    assert live(trained, "bert").number == 2
    assert trained.live.classify(TEXT).classifiers["bert"].version == 2


def test_without_the_retriever_there_are_no_neighbours_but_answers(trained):
    row = live(trained, "retriever")
    remove(version_directory(trained.data, "retriever", row.id))
    answer = trained.live.classify(TEXT)
    assert answer.neighbours == ()
    assert "cannot be read" in answer.unavailable["neighbours"]
    assert answer.classifiers["bert"] is not None
    assert trained.live.classify(TEXT).classifiers["llm_head"] is not None


def test_a_backup_of_such_a_folder_is_made_all_the_same(trained, tmp_path_factory):
    remove(version_directory(trained.data, "bert", live(trained, "bert").id))
    target = tmp_path_factory.mktemp("elsewhere") / "backup.zip"
    assert run("backup", target, "--data", trained.data)[0] == 0
