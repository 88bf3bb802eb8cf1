"""What all starter models of one job share, made once: a tokenizer and what tokens mean. Knows no architecture."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from classifier.examples import TrainingData
from classifier.files import is_complete, read_metadata, write_metadata
from classifier.targets import check_trainable, target_matrix, taught_targets
from classifier.token_svm import TokenSvm, fit_token_svm
from classifier.token_vectors import token_vectors
from classifier.tokens import load_tokenizer, train_tokenizer
from classifier.watch import Watch

WIDTH = 256
MAX_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Foundation:
    """A tokenizer, token embeddings float32 [vocabulary, WIDTH] with unit spread, and a linear SVM over the tokens."""

    tokenizer: PreTrainedTokenizerBase
    embeddings: Tensor
    svm: TokenSvm | None = None


def lay_foundation(data: TrainingData, workspace: Path, watch: Watch) -> Foundation:
    """Return the job's foundation; made the first time, read afterwards, also after a kill."""
    directory = workspace / "foundation"
    if not is_complete(directory):
        directory.mkdir(parents=True, exist_ok=True)
        _make(data, directory, watch)
    tensors = load_file(directory / "foundation.safetensors")
    svm = TokenSvm(tensors["svm_weights"], tensors["svm_bias"], read_metadata(directory)["length"])
    return Foundation(load_tokenizer(directory), tensors["embeddings"], svm)


def _make(data: TrainingData, directory: Path, watch: Watch) -> None:
    check_trainable(data)
    watch.progress(0.0, "Learning the vocabulary")
    texts = [example.text for example in (*data.train, *data.validation)]
    # Label names belong to the corpus: the prompt model has to write them.
    tokenizer = train_tokenizer(chain(data.label_names, texts, data.unlabelled))
    examples = [example for example in data.train if example.text.strip()]
    ids = [
        encoding.ids[:MAX_TOKENS] or [tokenizer.pad_token_id]
        for encoding in tokenizer.backend_tokenizer.encode_batch(
            [example.text for example in examples], add_special_tokens=False
        )
    ]
    targets = target_matrix(examples, data.label_names)
    svm = fit_token_svm(ids, targets, len(tokenizer), watch, taught_targets(examples, data.label_names)[1])
    embeddings = token_vectors(svm, ids, WIDTH)
    tokenizer.save_pretrained(str(directory))
    tensors = {"embeddings": embeddings, "svm_weights": svm.weights, "svm_bias": svm.bias}
    save_file(tensors, directory / "foundation.safetensors")
    write_metadata(directory, {"vocabulary": len(tokenizer), "width": WIDTH, "length": svm.length})
