"""Guesses which column holds what, from the names that news sets use in English and Chinese. Knows no rows."""

import re
from collections.abc import Iterable, Mapping

from workflow.errors import BadInput
from workflow.readers.cells import shown_name

FIELDS = ("text", "title", "labels", "external_id", "source", "published_at", "companies", "split")
"""What a column can hold."""

_NAMES: dict[str, str] = {
    "text": "text content body article sentence news 正文 内容 文本 新闻内容 新闻 原文",
    "title": "title headline subject 标题 新闻标题",
    "labels": "labels label eventtags topics tags events eventtypes eventtype categories category"
    " 标签 类别 事件 事件类型 事件标签 分类",
    "external_id": "externalid textid id docid newsid newid articleid guid uid 编号 序号",
    "source": "source publisher media site outlet 来源 媒体 出处",
    "published_at": "publishedat published publishtime publishdate pubdate date datetime time timestamp"
    " 日期 时间 发布时间 发布日期",
    "companies": "companies company eventcompany entities stocks 公司 企业 主体 公司名称",
    "split": "split subset",
}


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Return {field: column} for the columns whose names say what they hold; the likelier name wins."""
    known = {_plain(column): column for column in reversed(list(columns))}
    mapping = {field: known[name] for field, names in _NAMES.items() if (name := _first(names.split(), known))}
    if "text" not in mapping and "title" in mapping:
        # Headlines alone are news texts too.
        mapping["text"] = mapping.pop("title")
    return mapping


def check_mapping(mapping: Mapping[str, str], columns: tuple[str, ...], filename: str) -> dict[str, str]:
    """Return the mapping without empty entries; raise BadInput for an unknown field or column, or without a text."""
    filename = shown_name(filename)
    chosen = {field: column for field, column in mapping.items() if column}
    for field, column in chosen.items():
        if field not in FIELDS:
            raise BadInput(f"There is no field called {shown_name(field)}; a column can hold {', '.join(FIELDS)}.")
        if column not in columns:
            raise BadInput(f"{filename} has no column {shown_name(column)}; its columns are {_listed(columns)}.")
    if "text" not in chosen:
        raise BadInput(f"{filename} has no column that looks like the text; its columns are {_listed(columns)}.")
    return chosen


def _listed(columns: tuple[str, ...]) -> str:
    shown = ", ".join(shown_name(column[:40]) for column in columns[:12])
    return f"{shown} and {len(columns) - 12} more" if len(columns) > 12 else shown or "none"


def _first(names: list[str], known: Mapping[str, str]) -> str:
    return next((name for name in names if name in known), "")


def _plain(column: str) -> str:
    return re.sub(r"[\s_\-.]+", "", column).lower()
