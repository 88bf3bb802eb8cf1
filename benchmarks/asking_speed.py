"""How fast is a prompted LLM asked, beside plain `generate` for one item after the other?

    python -m benchmarks.asking_speed --data DIR [--items 64] [--checkpoint PATH]

DIR holds train.jsonl and test.jsonl, lines of {"text", "labels"}. Both sides have the same model on the same threads
(by default the starter, trained here) and read the same prompts: the whole list of labels, ten retrieved examples, the
text. Ours returns a score for every label. The plain side decodes greedily and is stopped after as many tokens as the
true answer has, as if the model never rambled. It reads each prompt as long as it is: that is what the bar is for.
Printed as well is how fast it is with each prompt padded to the longest that the recipe allows. `--checkpoint random`
is a larger Qwen2 whose weights are random: it is unsure of everything, so that ours has to follow as many answers as it
ever does.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode
from transformers import Qwen2Config, Qwen2ForCausalLM

from benchmarks.matrix_rate import counted_flops, shares
from benchmarks.quality import Bench, Neighbours, read_bench
from classifier import lineup
from classifier.devices import half_precision
from classifier.examples import Example
from classifier.foundation import lay_foundation
from classifier.profiles import PROFILES
from classifier.prompt import PromptClassifier
from classifier.prompt_recipe import PromptRecipe
from classifier.recipes import STARTER
from classifier.watch import Unwatched

BAR = 5.0
EXAMPLES = 10
RANDOM = "random"
LAYERS, WIDTH, HEADS = 8, 512, 8
TRAINED_SECONDS = 30.0


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--items", type=int, default=64)
    parser.add_argument("--checkpoint", default=STARTER, help="starter (default), random, or a hub id or path")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = read_bench(arguments.data, Path(folder), "starter")
        chosen = str(make_checkpoint(bench)) if arguments.checkpoint == RANDOM else arguments.checkpoint
        compare(bench, chosen, arguments.items)


def make_checkpoint(bench: Bench) -> Path:
    """Write a Qwen2 with random weights and a tokenizer that knows these texts."""
    tokenizer = lay_foundation(bench.data, bench.workspace, Unwatched()).tokenizer
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=HEADS // 2,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
    )
    directory = bench.workspace / "qwen2"
    Qwen2ForCausalLM(config).save_pretrained(directory)
    tokenizer.save_pretrained(str(directory))
    return directory


def compare(bench: Bench, checkpoint: str, count: int) -> None:
    """Ask about some gold items both ways."""
    recipe = PromptRecipe(seconds=TRAINED_SECONDS).with_checkpoint(checkpoint)
    recipe = replace(recipe, neighbours=EXAMPLES, asking=replace(recipe.asking, scope="all"))
    classifier = train(recipe, bench)
    retriever = lineup.fit_retriever(PROFILES["starter"].recipe("retriever"), bench.data, Unwatched(), bench.workspace)
    items = bench.gold[:count]
    near = Neighbours(retriever, bench.data.train).of(items, EXAMPLES)
    texts = [item.text for item in items]
    classifier.predict_proba(texts[:2], near[:2])
    began = perf_counter()
    classifier.predict_proba(texts, near)
    ours = count / (perf_counter() - began)
    # Neither side pays for a first time.
    ask_plainly(classifier, items[:2], near[:2])
    plain = ask_plainly(classifier, items, near)
    longest = longest_prompt(classifier, items)
    padded = ask_plainly(classifier, items, near, longest)
    flops = counted_flops(lambda: classifier.predict_proba(texts, near)) / count
    verdict = "met" if ours >= BAR * plain else "MISSED"
    print(
        f"{len(classifier.labels)} labels, {EXAMPLES} examples: {ours:.2f} items/s, plain {plain:.2f}, "
        f"{ours / plain:.2f} x (bar {BAR} x): {verdict}; "
        f"plain padded to the longest prompt, {longest} tokens: {padded:.2f}, {ours / padded:.2f} x; "
        f"{shares(ours * flops)}"
    )


def train(recipe: PromptRecipe, bench: Bench) -> PromptClassifier:
    """Train the classifier and print which shares of the machine's rates that reaches, the counting included."""
    began = perf_counter()
    with FlopCounterMode(display=False) as counter:
        classifier = PromptClassifier.fit(recipe, bench.data, Unwatched(), bench.workspace)
    if operations := counter.get_total_flops():
        print(f"training, all of it: {shares(operations / (perf_counter() - began))}", flush=True)
    return classifier


def longest_prompt(classifier: PromptClassifier, items: list[Example]) -> int:
    """Return how many tokens a prompt has of which each text is as long as the recipe allows."""
    whole = replace(items[0], text=" ".join(item.text for item in items))
    [prompt] = classifier.model.encode([classifier.model.form.write(whole.text, [whole] * EXAMPLES)])
    return len(prompt)


def ask_plainly(
    classifier: PromptClassifier, items: list[Example], near: list[list[Example]], length: int = 0
) -> float:
    """Return items a second by `generate`, each prompt read whole and alone, padded to a length where one is given."""
    model, form = classifier.model, classifier.model.form
    prompts = [form.write(item.text, examples) for item, examples in zip(items, near, strict=True)]
    written = model.tokenizer([form.write_answer(item.labels) for item in items], add_special_tokens=False)
    answers = [len(ids) for ids in written["input_ids"]]
    began = perf_counter()
    for prompt, most in zip(prompts, answers, strict=True):
        ids = model.tokenizer(prompt, return_tensors="pt")["input_ids"].to(model.model.device)
        before = max(0, length - ids.shape[1]), 0
        with torch.inference_mode(), half_precision():
            model.model.generate(
                input_ids=functional.pad(ids, before, value=model.tokenizer.pad_token_id),
                attention_mask=functional.pad(torch.ones_like(ids), before),
                do_sample=False,
                max_new_tokens=most,
                pad_token_id=model.tokenizer.pad_token_id,
            )
    return len(items) / (perf_counter() - began)


if __name__ == "__main__":
    main()
