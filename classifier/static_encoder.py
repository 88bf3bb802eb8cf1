"""The starter retriever's encoder: the mean of a text's token vectors (Tissier et al. 2019).

Its folder is one of sentence-transformers, as which anybody can open it. It is read and run without that library, whose
import takes a server two seconds and 70 MB. Knows no recipe.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional


class StaticEncoder:
    """A vector for each token of a tokenizer; encodes as sentence-transformers' `StaticEmbedding` does."""

    def __init__(self, tokenizer: Tokenizer, vectors: Tensor) -> None:
        """Take token vectors [V, d] by token id."""
        tokenizer.no_padding()
        self.tokenizer = tokenizer
        self.vectors = vectors

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return self.vectors.shape[1]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return [n, width], every row of length 1 (of a text without any known token, 0)."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        flat = torch.tensor(list(chain.from_iterable(ids)), dtype=torch.long)
        starts = torch.tensor([0, *accumulate(map(len, ids[:-1]))])
        means = functional.embedding_bag(flat, self.vectors, starts, mode="mean")
        return functional.normalize(means, dim=1).numpy()

    def save(self, directory: Path) -> None:
        """Write the folder."""
        # Imported here: only who trains writes.
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding

        static = StaticEmbedding(self.tokenizer, embedding_weights=self.vectors)
        model = SentenceTransformer(modules=[static], device="cpu")
        model.save_pretrained(str(directory), create_model_card=False, safe_serialization=True)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        vectors = load_file(directory / "model.safetensors")["embedding.weight"]
        return cls(Tokenizer.from_file(str(directory / "tokenizer.json")), vectors)
