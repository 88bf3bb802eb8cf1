"""Reads the dates that news files carry. A date without a zone is taken as UTC."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_PATTERNS = (
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y年%m月%d日%H:%M",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%m/%d/%Y",
    "%Y-%m-%d %H:%M",
    "%Y%m%d%H%M%S",
)
_EARLIEST, _LATEST = 1800, 2200
# The agencies' own form, 26-FEB-1987 15:01:01.79, in whose archives some stray letters cling to the end.
_AGENCY = re.compile(r"(\d{1,2}-[A-Za-z]{3}-\d{4})(?: +(\d{1,2}:\d\d:\d\d))?(?:\.\d+)?[A-Z ]{0,12}")


def parse_date(value: object) -> datetime | None:
    """Return the time in UTC, None for an empty value; raise ValueError for what is no date.

    Takes ISO 8601, RFC 2822, seconds or milliseconds since 1970, and what Chinese and English papers write.
    """
    if isinstance(value, datetime):
        return _checked(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value)
    text = str(value or "").strip()
    return _from_text(text) if text else None


def _from_text(text: str) -> datetime:
    if text.isdecimal() and len(text) in (10, 13):
        return _from_epoch(float(text))
    if agency := _AGENCY.fullmatch(text):
        day, clock = agency.groups("00:00:00")
        return _checked(datetime.strptime(f"{day} {clock}", "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _checked(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    for pattern in _PATTERNS:
        try:
            return _checked(datetime.strptime(text, pattern).replace(tzinfo=UTC))
        except ValueError:
            continue
    raise ValueError(f"not a date: {text[:40]}")


def _from_epoch(number: float) -> datetime:
    try:
        seconds = float(number)
        # Thirteen digits are milliseconds: as seconds they would lie in the year 30,000.
        return _checked(datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC))
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"not a date: {str(number)[:40]}") from None


def _checked(moment: datetime) -> datetime:
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not _EARLIEST <= moment.year <= _LATEST:
        raise ValueError(f"not a date of any news: year {moment.year}")
    return moment.astimezone(UTC)
