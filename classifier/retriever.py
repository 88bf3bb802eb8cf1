"""The retriever's encoder: a sentence-transformers model that turns texts into unit vectors. Knows no index.

The starter is a static embedding (Tissier et al. 2019; a mean of token vectors) from the foundation; anything that
sentence-transformers can load may take its place.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from classifier.devices import device
from classifier.examples import TrainingData
from classifier.files import read_metadata, write_metadata
from classifier.foundation import lay_foundation
from classifier.recipes import STARTER, RetrieverRecipe
from classifier.watch import Watch


class Retriever:
    """Encodes texts so that the inner product of two vectors says how alike the texts are."""

    def __init__(self, model: SentenceTransformer, recipe: RetrieverRecipe) -> None:
        self.model = model
        self.recipe = recipe

    @classmethod
    def fit(cls, recipe: RetrieverRecipe, data: TrainingData, watch: Watch, workspace: Path) -> Self:
        """Make the starter from the job's foundation, or load the recipe's checkpoint."""
        if recipe.checkpoint != STARTER:
            return cls(_load(recipe.checkpoint), recipe)
        foundation = lay_foundation(data, workspace, watch)
        static = StaticEmbedding(foundation.tokenizer, embedding_weights=foundation.embeddings.numpy())
        return cls(SentenceTransformer(modules=[static], device="cpu"), recipe)

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return int(self.model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, width], every row of length 1 (of a text without any known token, 0)."""
        if not texts:
            return np.zeros((0, self.width), dtype=np.float32)
        vectors = self.model.encode(
            list(texts), batch_size=self.recipe.batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        return np.nan_to_num(np.asarray(vectors, dtype=np.float32))

    def save(self, directory: Path) -> None:
        """Write the encoder, or only its name where it came from elsewhere unchanged."""
        directory.mkdir(parents=True, exist_ok=True)
        if self.recipe.checkpoint == STARTER:
            self.model.save_pretrained(str(directory / "encoder"), create_model_card=False, safe_serialization=True)
        metadata = {"checkpoint": self.recipe.checkpoint, "batch_size": self.recipe.batch_size, "width": self.width}
        write_metadata(directory, {"classifier": "retriever", **metadata})

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        metadata = read_metadata(directory)
        recipe = RetrieverRecipe(checkpoint=metadata["checkpoint"], batch_size=metadata["batch_size"])
        return cls(_load(str(directory / "encoder") if recipe.checkpoint == STARTER else recipe.checkpoint), recipe)


def _load(source: str) -> SentenceTransformer:
    return SentenceTransformer(source, device=device().type, trust_remote_code=False)
