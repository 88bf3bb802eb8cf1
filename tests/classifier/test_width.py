"""The short way to NFKC ends where the long one does."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from classifier.width import unify_width


@given(st.text(st.sampled_from("ａｅＡ，：％　é\u0301\u0327가\u1100\u1161①㈱㎡ﬁ北") | st.characters(), max_size=30))
def test_any_text_becomes_what_nfkc_makes_of_it(text):
    assert unify_width(text) == unicodedata.normalize("NFKC", text)
