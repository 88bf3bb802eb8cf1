"""How prompts and answers look to a tokenizer: a chat model's, a base model's, the starter's. Knows no model."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import lru_cache

from tokenizers import AddedToken
from transformers import PreTrainedTokenizerBase

from classifier.prompting import PromptForm
from classifier.trie import AnswerTokens, Tokens

END_OF_ANSWER = "\n"
"""The starter's end: the empty line that ends every answer."""
PLAIN_CHAT = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
"""The starter's chat template: a prompt as it stands, so that any chat server can serve the model."""
MOST_CHARACTERS_A_TOKEN = 12
REMEMBERED = 2048
"""Texts whose shortened form is kept: the same examples stand in many prompts."""


def starter_tokenizer(base: PreTrainedTokenizerBase, form: PromptForm) -> PreTrainedTokenizerBase:
    """Return a copy that reads each fixed phrase of a prompt and each part of an answer as one token.

    A label line holds its line end and a quoted text never does, so the words of a text never become a label's token;
    answers of another form are `reserved`. The tokens of the answer are the last ones: the labels in order, `others`
    and the separator where there are such, the end.
    """
    tokenizer = deepcopy(base)
    # Nothing may be put around a prompt: the answer follows its last token.
    tokenizer.backend_tokenizer.post_processor = None
    added = [*starter_phrases(form), *starter_answers(form)]
    tokenizer.add_tokens([AddedToken(phrase, normalized=False) for phrase in added])
    tokenizer.add_special_tokens({"eos_token": AddedToken(_starter_end(form), normalized=False)})
    if len(tokenizer) < len(base) + len(added) + 1:
        raise ValueError("The starter cannot tell such answers from words of a text; have it answer labels as text.")
    tokenizer.chat_template = PLAIN_CHAT
    # Without this a chat server would look for the marks that other models of this architecture put around answers.
    tokenizer.response_template = {
        "defaults": {"role": "assistant"},
        "start_anchor": form.before_answer,
        "fields": {"content": {"content": "text"}},
    }
    return tokenizer


def starter_phrases(form: PromptForm) -> list[str]:
    """List the fixed phrases of a prompt; after the last one or two, an answer begins."""
    return list(dict.fromkeys([form.opening, form.wording.before_text, *starter_asks(form)]))


def starter_asks(form: PromptForm) -> list[str]:
    """List the phrases after which an answer begins; with the instruction behind the text there are two."""
    asks = [form.wording.before_answer, *([form.before_answer] if form.design.instruction == "last" else [])]
    return [ask + form.answers.opening for ask in asks]


def starter_answers(form: PromptForm) -> list[str]:
    """List what the starter's answers are made of, but for their end: labels, `others`, the separator."""
    answers = form.answers
    said = [*answers.pieces, *([answers.none] if answers.none else [])]
    if answers.kind == "lines":
        return [f"{piece}\n" for piece in said]
    return [*said, answers.separator] if answers.separator else said


def _starter_end(form: PromptForm) -> str:
    return END_OF_ANSWER if form.answers.kind == "lines" else form.answers.end + form.answers.after


def is_starter(tokenizer: PreTrainedTokenizerBase, form: PromptForm) -> bool:
    """Tell whether a tokenizer was made for such prompts by `starter_tokenizer`."""
    return tokenizer.eos_token == _starter_end(form) and tokenizer.chat_template == PLAIN_CHAT


def answer_tokens(tokenizer: PreTrainedTokenizerBase, form: PromptForm) -> AnswerTokens:
    """Tokenise all answers as the model would meet them, without the opening, which belongs to the question."""
    answers, lines = form.answers, form.answers.kind == "lines"
    said, separator = (*answers.pieces, answers.none), answers.separator
    end = (tokenizer.eos_token_id,)
    if is_starter(tokenizer, form) and lines:
        said, separator = [f"{piece}\n" if piece else "" for piece in said], ""
    elif not is_starter(tokenizer, form) and not (lines and tokenizer.chat_template):
        # A chat model stops after its lines; a base model goes on as the examples do, with an empty line.
        end = _tokens(tokenizer, answers.end)
    labels = [_tokens(tokenizer, piece) for piece in said]
    return AnswerTokens(tuple(labels[:-1]), labels[-1], _tokens(tokenizer, separator), end)


def as_asked(tokenizer: PreTrainedTokenizerBase, prompt: str) -> str:
    """Put a prompt into the chat template of a chat model, with the model's turn begun; else leave it."""
    if not tokenizer.chat_template:
        return prompt
    messages = [{"role": "user", "content": prompt}]
    # Models that can think aloud would answer with their thoughts; templates without the switch ignore it.
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, enable_thinking=False)


def reserved_words(tokenizer: PreTrainedTokenizerBase) -> tuple[str, ...]:
    """List the control tokens that no text from outside may contain."""
    added = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
    return tuple(dict.fromkeys([*tokenizer.all_special_tokens, *added]))


def clip_to(tokenizer: PreTrainedTokenizerBase, size: int) -> Callable[[str], str]:
    """Return a function that shortens a text to `size` tokens."""

    @lru_cache(REMEMBERED)
    def counted(text: str) -> str:
        spans = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return text[: spans[size - 1][1]] if len(spans) > size else text

    def clip(text: str) -> str:
        # A token is at least a byte: most texts of an example's length need no counting.
        return text if len(text) * 4 <= size else counted(text[: size * MOST_CHARACTERS_A_TOKEN])

    return clip


def _tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> Tokens:
    """Tokenise what stands at the beginning of a line: some tokenizers see a word differently at the very beginning."""
    if not text:
        return ()
    line = tokenizer("\n", add_special_tokens=False)["input_ids"]
    whole = tokenizer(f"\n{text}", add_special_tokens=False)["input_ids"]
    if text.strip() and whole[: len(line)] == line:
        return tuple(whole[len(line) :])
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def padded_left(prompts: Sequence[Sequence[int]], pad: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return ids and attention mask of prompts, all of one length, so that every answer begins at the same place."""
    width = max(map(len, prompts))
    ids = [[pad] * (width - len(prompt)) + list(prompt) for prompt in prompts]
    return ids, [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
