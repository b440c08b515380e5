"""A snapshot is read back as it was written."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.content import VERSION, Content, Fact, Footnote, Section

steady = settings(derandomize=True, deadline=None, database=None, max_examples=100)
text = st.text(max_size=20)
contents = st.builds(
    Content,
    country=text,
    theme=text,
    language=st.sampled_from(["en", "fr"]),
    overview_heading=text,
    facts=st.lists(st.builds(Fact, text, text), max_size=3).map(tuple),
    sections=st.lists(st.builds(Section, text, text, text), max_size=3).map(tuple),
    footnotes=st.lists(st.builds(Footnote, text, text), max_size=3).map(tuple),
)


@given(contents)
@steady
def test_a_snapshot_is_read_back_as_it_was_written(content):
    stored = json.dumps(content.as_json())
    assert Content.from_json(json.loads(stored)) == content


@given(contents, contents)
@steady
def test_digests_are_equal_exactly_when_contents_are(one, other):
    assert (one.digest() == other.digest()) == (one == other)
    assert Content.from_json(one.as_json()).digest() == one.digest()


def test_every_letter_counts_in_a_digest():
    content = Content("Angola", "Mine Ban Policy", facts=(Fact("a", "b"),), sections=(Section("k", "h", "b"),))
    changed = [
        replace(content, facts=(Fact("a", "c"),)),
        replace(content, sections=(Section("k", "h", "b "),)),
        replace(content, footnotes=(Footnote("k", ""),)),
        *(
            replace(content, **{field.name: "x"})
            for field in fields(Content)
            if field.type is str or field.type == "str"
        ),
    ]
    assert len({content.digest(), *(other.digest() for other in changed)}) == 1 + len(changed)
    assert len(changed) == 7


def test_a_lone_surrogate_has_a_digest_too():
    assert Content("\ud800", "Mine Ban Policy").digest() != Content("\ud801", "Mine Ban Policy").digest()


@pytest.mark.parametrize("version", [VERSION + 1, 0, None, "1"])
def test_a_snapshot_of_a_newer_release_is_refused(version):
    snapshot = {**Content("Angola", "Mine Ban Policy").as_json(), "version": version}
    with pytest.raises(ValueError, match=f"reads content of version {VERSION}"):
        Content.from_json(snapshot)


def test_texts_that_carry_markers_come_in_the_order_of_their_numbers():
    content = Content(
        "Angola", "Mine Ban Policy", facts=(Fact("x", "1"), Fact("y", "2")), sections=(Section("k", "h", "3"),)
    )
    assert list(content.bodies()) == ["1", "2", "3"]
