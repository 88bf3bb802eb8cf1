"""A desk on disk whose classifiers have spoken without having been trained: enough for all that a page does with it."""

from datetime import UTC, datetime, timedelta

from classifier.profiles import PROFILES
from storage import search
from storage.tables import Item, Label, Prediction, Standing, Version
from workflow.standings import refresh
from workflow.use_cases import build

NAMED = ("产品召回", "股权质押", "业绩预告", "高管减持", "重大合同", "资产重组", "监管处罚", "product recall")
CLASSIFIERS = ("bert", "llm_head", "prompt")


def make_desk(data, items=60, labels=len(NAMED)):
    """Fill a data folder: the classifiers agree on every third item, one stands alone on each other."""
    names = (*NAMED, *(f"事件类别{number:03}" for number in range(labels - len(NAMED))))
    cases = build(data, None, PROFILES["starter"])
    with cases.database.write() as session:
        session.add_all(
            Label(id=number, name=name, group=f"第{number % 9}组", description=f"{name}的说明")
            for number, name in enumerate(names, start=1)
        )
        add_items(session, items, names)
        add_versions(session, items, names)
        refresh(session, list(range(1, items + 1)))
    cases.database.close()
    return data


def add_items(session, items, names):
    for number in range(1, items + 1):
        text = f"第{number}条快讯：某某集团公告{names[number % len(NAMED)]}，市场关注后续进展。"
        day = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=number)
        session.add(Item(id=number, text=text, text_hash=str(number), split="train", source="快讯", published_at=day))
        session.flush()
        session.add(Standing(item_id=number, shuffle=number, source="快讯", published_at=day))
        search.index_texts(session, [(number, text)])


def add_versions(session, items, names):
    for place, classifier in enumerate(CLASSIFIERS):
        quality = {name: {"precision": 0.9, "recall": 0.9, "f1": 0.8 + place / 100, "support": 12} for name in NAMED}
        metrics = {"micro_f1": 0.9, "macro_f1": 0.8, "weighted_f1": 0.85, "few_shot_f1": None, "support": 96}
        version = Version(
            classifier=classifier,
            number=3,
            status="live",
            recipe={"checkpoint": "starter"},
            metrics=metrics | {"per_label": quality},
            labels=list(names),
            label_ids=list(range(1, len(names) + 1)),
            thresholds=dict.fromkeys(names, 0.5),
        )
        session.add(version)
        session.flush()
        for item_id in range(1, items + 1):
            right = item_id % len(NAMED) + 1
            said = right if item_id % 3 == 0 or place != item_id % 3 else right % len(NAMED) + 1
            scores = {str(said): 0.8 + place / 50, str(said % len(NAMED) + 1): 0.35}
            session.add(Prediction(item_id=item_id, version_id=version.id, scores=scores, proposed=[said]))
    session.flush()
