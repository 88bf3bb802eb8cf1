"""Decides when two texts are the same item. Knows no database."""

import hashlib
import re

from classifier.width import unify_width

# White space and invisible characters: agencies and scrapers differ in them, readers do not see them.
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")


def text_hash(text: str) -> str:
    """Return the identity of a text (hexadecimal SHA-256): width of characters and white space do not count."""
    plain = _UNSEEN.sub("", unify_width(text))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
