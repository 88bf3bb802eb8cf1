"""The starter models' tokenizer: one byte-level BPE trained on the corpus at hand. Knows no labels and no models."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

PAD, CLS, SEP, MASK, END = "[PAD]", "[CLS]", "[SEP]", "[MASK]", "[END]"
VOCABULARY = 5_000
CORPUS_CHARACTERS = 8_000_000
"""Enough for stable merges; more only costs seconds."""


def train_tokenizer(texts: Iterable[str], vocabulary: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """Train the tokenizer; any text can be encoded, as bytes where nothing better was learned.

    With special tokens a text becomes `[CLS] … [SEP]`; a language model leaves them away and ends with `[END]`.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    specials = [PAD, CLS, SEP, MASK, END]
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=24,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample(texts), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}", special_tokens=[(CLS, specials.index(CLS)), (SEP, specials.index(SEP))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, cls_token=CLS, sep_token=SEP, mask_token=MASK, eos_token=END
    )


def load_tokenizer(directory: Path | str) -> PreTrainedTokenizerBase:
    """Load a tokenizer from a directory or hub id, with a pad token in any case."""
    tokenizer = AutoTokenizer.from_pretrained(str(directory))
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token or tokenizer.convert_ids_to_tokens(0)
    return tokenizer


def _sample(texts: Iterable[str]) -> Iterable[str]:
    seen = 0
    for text in texts:
        if seen > CORPUS_CHARACTERS:
            return
        # One endless line would otherwise use up the corpus.
        yield text[:4000]
        seen += min(len(text), 4000)
