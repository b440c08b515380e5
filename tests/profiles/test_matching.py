"""Which text of a new version continues which of the old one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.importing.matching import matched


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("a b c", "a b c", {0: 0, 1: 1, 2: 2}),
        ("a b c", "x a b c", {1: 0, 2: 1, 3: 2}),
        ("a b c", "c a b", {0: 2, 1: 0, 2: 1}),
        ("a b c", "a c", {0: 0, 1: 2}),
        ("a ibid b ibid c", "a ibid x b ibid c", {0: 0, 1: 1, 3: 2, 4: 3, 5: 4}),
        ("a letter-of-may c", "a fax letter-of-2-may c", {0: 0, 2: 1, 3: 2}),
        ("a b c", "a x c", {0: 0, 1: 1, 2: 2}),
        ("", "a", {}),
    ],
)
def test_texts_are_matched_by_text_then_likeness_then_place(old, new, pairs):
    assert matched(old.split(), new.split()) == pairs


TEXTS = st.lists(st.sampled_from(["ibid", "letter", "letter of may", "fax", ""]), max_size=12)


@given(old=TEXTS, new=TEXTS)
def test_no_old_text_is_continued_twice(old, new):
    pairs = matched(old, new)
    assert len(set(pairs.values())) == len(pairs)
    assert set(pairs) <= set(range(len(new)))
    assert set(pairs.values()) <= set(range(len(old)))


@given(texts=TEXTS)
def test_a_text_that_did_not_change_continues_itself(texts):
    assert matched(texts, texts) == {place: place for place in range(len(texts))}
