from math import nan

import torch

from classifier.examples import Example
from classifier.lessons import Lessons
from classifier.reading import Reader
from classifier.recipes import BertRecipe
from classifier.tokens import train_tokenizer

EXAMPLES = [Example(f"星河药业召回第{number}批产品", ("召回",)) for number in range(40)] + [Example("  ", ("收购",))]


def lessons(**changes):
    tokenizer = train_tokenizer([example.text for example in EXAMPLES], 400)
    return Lessons(Reader(tokenizer, 192), EXAMPLES, ("收购", "召回"), BertRecipe(batch_size=8, **changes))


def texts_of(drawn, tokenizer):
    return {tokenizer.decode(text, skip_special_tokens=True) for lesson in drawn for (text,) in lesson.windows}


def test_an_epoch_holds_every_text_that_says_something():
    made = lessons()
    drawn = made.epoch(0)
    assert texts_of(drawn, made.reader.tokenizer) == {example.text for example in EXAMPLES[:40]}
    assert torch.equal(torch.cat([lesson.targets for lesson in drawn]), torch.tensor([[0.0, 1.0]] * 40))


def test_soft_targets_are_learned_in_place_of_labels_and_what_nobody_knows_is_marked():
    taught = Example("星河药业召回", ("召回",), soft_targets=(nan, 0.75))
    tokenizer = train_tokenizer([taught.text], 400)
    (lesson,) = Lessons(Reader(tokenizer, 192), [taught], ("收购", "召回"), BertRecipe()).epoch(0)
    assert lesson.targets.tolist() == [[0.0, 0.75]]
    assert lesson.unknown.tolist() == [[True, False]]


def test_with_bpe_dropout_the_texts_stay_and_their_pieces_change():
    made = lessons(bpe_dropout=0.3)
    first, second = made.epoch(0), made.epoch(1)
    assert texts_of(first, made.reader.tokenizer) == texts_of(second, made.reader.tokenizer)
    pieces = [sorted(tuple(text) for lesson in drawn for (text,) in lesson.windows) for drawn in (first, second)]
    assert pieces[0] != pieces[1]


def test_after_an_epoch_the_tokenizer_drops_nothing_any_more():
    made = lessons(bpe_dropout=0.5)
    made.epoch(0)
    whole = made.reader.tokenizer(EXAMPLES[0].text)["input_ids"]
    assert all(made.reader.tokenizer(EXAMPLES[0].text)["input_ids"] == whole for _ in range(10))
