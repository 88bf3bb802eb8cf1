"""The retriever's encoder: turns texts into unit vectors. Knows no index.

The starter is a static embedding from the foundation; anything that sentence-transformers can load may take its place.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from classifier.devices import device
from classifier.examples import TrainingData
from classifier.files import read_metadata, write_metadata
from classifier.foundation import lay_foundation
from classifier.recipes import STARTER, RetrieverRecipe
from classifier.static_encoder import StaticEncoder
from classifier.watch import Watch


class Retriever:
    """Encodes texts so that the inner product of two vectors says how alike the texts are."""

    def __init__(self, encoder: "StaticEncoder | _Checkpoint", recipe: RetrieverRecipe) -> None:
        self.encoder = encoder
        self.recipe = recipe

    @classmethod
    def fit(cls, recipe: RetrieverRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Make the starter from the job's foundation, or load the recipe's checkpoint."""
        if recipe.checkpoint != STARTER:
            return cls(_Checkpoint(recipe), recipe)
        foundation = lay_foundation(data, workspace, watch)
        return cls(StaticEncoder(foundation.tokenizer.backend_tokenizer, foundation.embeddings), recipe)

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return self.encoder.width

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return [n, width], every row of length 1 (of a text without any known token, 0)."""
        if not texts:
            return np.zeros((0, self.width), dtype=np.float32)
        return np.nan_to_num(self.encoder.encode(texts))

    def save(self, directory: Path) -> None:
        """Write the encoder, or only its name where it came from elsewhere unchanged."""
        directory.mkdir(parents=True, exist_ok=True)
        if isinstance(self.encoder, StaticEncoder):
            self.encoder.save(directory / "encoder")
        metadata = {"checkpoint": self.recipe.checkpoint, "batch_size": self.recipe.batch_size, "width": self.width}
        write_metadata(directory, {"classifier": "retriever", **metadata})

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        metadata = read_metadata(directory)
        recipe = RetrieverRecipe(checkpoint=metadata["checkpoint"], batch_size=metadata["batch_size"])
        is_starter = recipe.checkpoint == STARTER
        return cls(StaticEncoder.load(directory / "encoder") if is_starter else _Checkpoint(recipe), recipe)


class _Checkpoint:
    """A model of sentence-transformers, by hub id or path."""

    def __init__(self, recipe: RetrieverRecipe) -> None:
        # Imported here: a desk with the starter need not wait for the library.
        from sentence_transformers import SentenceTransformer

        self.batch_size = recipe.batch_size
        self.model = SentenceTransformer(recipe.checkpoint, device=device().type, trust_remote_code=False)

    @property
    def width(self) -> int:
        return int(self.model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self.model.encode(
            list(texts), batch_size=self.batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)
