import pytest

from classifier.files import is_complete, read_metadata, write_metadata


def test_a_directory_without_metadata_is_not_complete(tmp_path):
    (tmp_path / "model.safetensors").touch()
    assert not is_complete(tmp_path)
    with pytest.raises(FileNotFoundError, match="no complete model"):
        read_metadata(tmp_path)


def test_metadata_is_read_back_and_leaves_no_partial_file(tmp_path):
    write_metadata(tmp_path, {"labels": ["收购"]})
    assert read_metadata(tmp_path) == {"labels": ["收购"]}
    assert [file.name for file in tmp_path.iterdir()] == ["metadata.json"]
