"""Makes the sample: some three thousand items, seventy labels, half of them rare, a known share of wrong labels."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from classifier import duplicates, splits
from classifier.examples import Label
from workflow.readers import Row
from workflow.sample.grammar import FOLDER, Cast, Grammar, read_toml

SEED = 20260331
NOISE_SHARE = 0.03
"""Share of the train and validation items whose labels are wrong; gold is clean."""
QUEUE = 920
ENGLISH_SHARE = 0.2
TWO_EVENTS = 0.38
NO_EVENT = 0.08
RUMOURS, ASIDES = 0.12, 0.4
NEWEST = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)
_ITS = {"zh": ("公司", "该公司", "其"), "en": ("the company", "it", "the group")}


@dataclass(frozen=True, eq=False)
class Event:
    """A label of the sample with the sentences that tell of it, by language."""

    label: Label
    weight: int
    sentences: dict[str, list[str]]


@dataclass(frozen=True)
class Sample:
    """Labels and rows, ready to be stored; `wrong` are the external ids of the rows whose labels are wrong."""

    labels: tuple[Label, ...]
    rows: tuple[Row, ...]
    wrong: frozenset[str]


def make_sample(seed: int = SEED) -> Sample:
    """Make the sample; the same seed makes the same one."""
    events = _read_events()
    writer = _Writer(random.Random(seed), events)
    labelled = _without_copies([writer.write(drawn) for drawn in _draw(events, writer.dice)])
    waiting = [writer.write(drawn) for drawn in _draw_queue(events, writer.dice)]
    # A copy of a labelled item in the queue would tell its labels, so the queue is cleaned against them.
    kept = _without_copies([*labelled, *waiting])
    queue = [replace(row, labels=None, split=splits.TRAIN) for row in kept[len(labelled) :]]
    rows, wrong = _mislabel(_split(labelled, events), events, writer.dice)
    return Sample(tuple(event.label for event in events), (*rows, *queue), wrong)


def _read_events() -> list[Event]:
    found = []
    for path in sorted((FOLDER / "events").glob("*.toml")):
        for entry in read_toml(f"events/{path.name}")["label"]:
            label = Label(entry["name"], entry["description"], entry["group"])
            found.append(Event(label, entry["weight"], {"zh": entry["zh"], "en": entry["en"]}))
    return found


def _draw(events: Sequence[Event], dice: random.Random) -> list[tuple[Event, ...]]:
    """Deal every label out as often as its weight says, to items of no, one or two events."""
    deck = [event for event in events for _ in range(event.weight)]
    dice.shuffle(deck)
    drawn: list[tuple[Event, ...]] = []
    while deck:
        first = deck.pop()
        second = deck.pop() if deck and dice.random() < TWO_EVENTS and deck[-1] is not first else None
        drawn.append((first, second) if second else (first,))
    drawn += [()] * round(NO_EVENT * len(drawn))
    dice.shuffle(drawn)
    return drawn


def _draw_queue(events: Sequence[Event], dice: random.Random) -> Iterator[tuple[Event, ...]]:
    weights = [event.weight for event in events]
    for _ in range(QUEUE):
        count = 0 if dice.random() < NO_EVENT else 2 if dice.random() < TWO_EVENTS else 1
        yield tuple(dict.fromkeys(dice.choices(events, weights, k=count)))


class _Writer:
    """Writes items in both languages."""

    def __init__(self, dice: random.Random, gossip: Sequence[Event]) -> None:
        self.dice = dice
        self._gossip = gossip
        self._grammars = {language: Grammar(language, dice) for language in ("zh", "en")}
        self._frames = read_toml("frames.toml")
        self._written = 0

    def write(self, events: Sequence[Event]) -> Row:
        """Write one item that tells of these events; the labels are right."""
        language = "en" if self.dice.random() < ENGLISH_SHARE else "zh"
        grammar = self._grammars[language]
        cast = grammar.cast()
        story = self._news(events, language) if events else self._no_news(language)
        text = grammar.fill(story, cast) + ("。" if language == "zh" else ".")
        self._written += 1
        return Row(
            line=self._written,
            text=text[:1].upper() + text[1:],
            labels=tuple(event.label.name for event in events),
            external_id=f"sample-{self._written:04}",
            source=self.dice.choice(grammar.words["source"]),
            published_at=NEWEST - timedelta(minutes=self.dice.randrange(200 * 24 * 60)),
            companies=_named(cast, text),
        )

    def _news(self, events: Sequence[Event], language: str) -> str:
        frames = self._frames[language]
        story = self.dice.choice(frames["openers"])
        for number, event in enumerate(events):
            sentence = self.dice.choice(event.sentences[language])
            # Of the second event the company is not named again.
            story += self.dice.choice(frames["joins"]) + self._again(sentence, language) if number else sentence
        chance = self.dice.random()
        if chance < RUMOURS:
            rumour = self._again(self.dice.choice(self._gossip).sentences[language][0], language)
            return story + self.dice.choice(frames["rumours"]).replace("{rumour}", rumour)
        return story + (self.dice.choice(frames["asides"]) if chance < RUMOURS + ASIDES else "")

    def _no_news(self, language: str) -> str:
        frames = self._frames[language]
        return self.dice.choice(frames["loose_openers"]) + self.dice.choice(frames["others"])

    def _again(self, sentence: str, language: str) -> str:
        return sentence.replace("{co}", self.dice.choice(_ITS[language]), 1)


def _named(cast: Cast, text: str) -> tuple[str, ...]:
    return tuple(name for name in (cast.co, cast.co2) if name in text)


def _without_copies(rows: Sequence[Row]) -> list[Row]:
    """Leave out rows that nearly repeat an earlier one, so that no split can know another's texts."""
    kept: list[Row] = []
    seen: dict[int, list[str]] = {}
    for row, keys in zip(rows, duplicates.band_keys([row.text for row in rows]).tolist(), strict=True):
        if any(duplicates.similar(row.text, text) for key in keys for text in seen.get(key, ())):
            continue
        kept.append(row)
        for key in keys:
            seen.setdefault(key, []).append(row.text)
    return kept


def _split(rows: Sequence[Row], events: Sequence[Event]) -> list[Row]:
    columns = {event.label.name: column for column, event in enumerate(events)}
    sets = [[columns[name] for name in row.labels or ()] for row in rows]
    nothing = np.zeros((len(columns) + 1, len(splits.SPLITS)), dtype=np.int64)
    return [replace(row, split=splits.SPLITS[s]) for row, s in zip(rows, splits.assign(sets, nothing), strict=True)]


def _mislabel(rows: Sequence[Row], events: Sequence[Event], dice: random.Random) -> tuple[list[Row], frozenset[str]]:
    """Give a known share of the rows outside gold a wrong label, mostly a neighbour of the right one."""
    candidates = [row for row in rows if row.split != splits.GOLD and row.labels]
    share = round(NOISE_SHARE * sum(row.split != splits.GOLD for row in rows))
    wrong = {row.external_id for row in dice.sample(candidates, share)}
    return [_mistaken(row, events, dice) if row.external_id in wrong else row for row in rows], frozenset(wrong)


def _mistaken(row: Row, events: Sequence[Event], dice: random.Random) -> Row:
    right = row.labels or ()
    group = next(event.label.group for event in events if event.label.name == right[0])
    near = [
        e.label.name for e in events if e.label.name not in right and (e.label.group == group) == (dice.random() < 0.8)
    ]
    return replace(row, labels=(dice.choice(near), *right[1:]))
