"""Load an `llm_head` and a `prompt` version of one checkpoint and print what they need beside one base.

    python benchmarks/shared_base.py [--checkpoint PATH_OR_ID] [--recipe llm-lora] [--items 200]

Without a checkpoint a tiny Qwen2 with the proportions of a real one is made. Bytes are those of distinct tensors. A
switch is what passes between two answers of the same model and two answers of models in turn, which share a base.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from torch import nn

# A script's own folder is on the path, the project's is not.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier import lineup
from classifier.examples import Example, Label, TrainingData
from classifier.presets import preset, presets_of
from classifier.profiles import PROFILES
from classifier.shared_base import SharedBase
from classifier.watch import Unwatched

ROUNDS = 15
WORDS = ("profit", "merger", "recall", "strike")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", metavar="PATH_OR_ID")
    parser.add_argument("--recipe", choices=[one.name for one in presets_of("llm_head")], default="llm-lora")
    parser.add_argument("--items", type=int, default=200, help="invented items that the versions are trained on")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        source = arguments.checkpoint or _tiny(Path(place) / "checkpoint")
        _make_versions(source, arguments.recipe, _data(arguments.items), Path(place))
        _measure(source, Path(place))


def _make_versions(source: str, recipe: str, data: TrainingData, place: Path) -> None:
    head = preset(recipe).apply(PROFILES["starter"].recipe("llm_head").with_checkpoint(source))
    for name, seed in (("first", 0), ("second", 1)):
        model = lineup.fit("llm_head", replace(head, epochs=1, seed=seed), data, Unwatched(), place / "workspace")
        model.save(place / name)
    asked = PROFILES["starter"].recipe("prompt").with_checkpoint(source)
    lineup.fit("prompt", asked, data, Unwatched(), place / "workspace").save(place / "prompt")


def _measure(source: str, place: Path) -> None:
    base = SharedBase.of(source)
    alone = _bytes(base.causal_lm())
    first, prompt = lineup.load("llm_head", place / "first"), lineup.load("prompt", place / "prompt")
    both = _bytes(_network(first), _network(prompt))
    began = perf_counter()
    second = lineup.load("llm_head", place / "second")
    loading = perf_counter() - began
    three = _bytes(_network(first), _network(prompt), _network(second))
    same, turns = (
        _milliseconds(lambda model: model.predict_proba(["a profit"]), models)
        for models in ([first, first], [first, second])
    )
    rows = {
        "base, MB": alone / 1e6,
        "llm_head and prompt / base": both / alone,
        "a second llm_head version more / base": three / alone,
        "its loading beside them, s": loading,
        "an answer of one version, ms": same,
        "an answer of two in turn, ms": turns,
        "a switch, ms": turns - same,
    }
    for name, value in rows.items():
        print(f"{name:40}{value:12.3f}")


def _milliseconds(ask: Callable, models: Sequence) -> float:
    """Return the median time of an answer, the models asked in turn."""
    times = []
    for number in range(ROUNDS * len(models)):
        began = perf_counter()
        ask(models[number % len(models)])
        times.append(perf_counter() - began)
    return 1000 * median(times[len(models) :])


def _bytes(*models: nn.Module) -> int:
    tensors = [tensor for model in models for tensor in (*model.parameters(), *model.buffers())]
    return sum({t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}.values())


def _network(classifier: lineup.Classifier) -> nn.Module:
    # The prompt classifier's model holds a network, the other one's is one.
    return classifier.model if isinstance(classifier.model, nn.Module) else classifier.model.model


def _data(items: int) -> TrainingData:
    rows = [Example(f"news {at} of a {WORDS[at % 4]} at company {at % 97}", (WORDS[at % 4],)) for at in range(items)]
    return TrainingData(tuple(map(Label, WORDS)), tuple(rows), ())


def _tiny(directory: Path) -> str:
    """Make a checkpoint with the vocabulary of a real one and narrow layers; return its path."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from classifier.tokens import train_tokenizer

    tokenizer = train_tokenizer([example.text for example in _data(400).train], 600)
    shape = {"hidden_size": 448, "num_hidden_layers": 6, "intermediate_size": 2432, "vocab_size": 75_000}
    heads = {"num_attention_heads": 14, "num_key_value_heads": 2, "tie_word_embeddings": True}
    config = Qwen2Config(**shape, **heads, bos_token_id=None, eos_token_id=tokenizer.eos_token_id)
    Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(directory)
    tokenizer.save_pretrained(str(directory))
    return str(directory)


if __name__ == "__main__":
    main()
