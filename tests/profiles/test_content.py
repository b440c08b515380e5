"""A snapshot is read back as it was written."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.content import VERSION, Content, Fact, Footnote, Section, UnreadableContent, facts_from_json

SNAPSHOTS = Path(__file__).parent / "snapshots"
NOTE = "0c0a9d2e-6a7d-4b8e-9c53-1c2f1f0b6a01"
FROZEN = Content(
    country="Côte d’Ivoire",
    theme="Mine Ban Policy",
    language="en",
    overview_heading="Mine ban policy overview",
    facts=(Fact("Mine Ban Treaty status", f'State Party<sup data-footnote="{NOTE}">[1]</sup>'),),
    sections=(
        Section(
            "5b0f5c3e-2f8f-4a57-8a3c-7d3c8b1d2e02",
            "",
            f'<p>It joined on 30 June 2000.<sup data-footnote="{NOTE}">[1]</sup></p>',
        ),
        Section("7c1e7f44-90ab-4f02-b6a0-2b9d6c4f3a03", "Use", "<p>None is known.</p>"),
    ),
    footnotes=(Footnote(NOTE, "Depositary notification C.N.557.2000."),),
)

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


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_what_any_release_wrote_is_read_for_ever(version):
    """A release that writes a new version adds its sample, and changes none that is there."""
    frozen = json.loads((SNAPSHOTS / f"{version}.json").read_text(encoding="utf-8"))
    assert frozen["version"] == version
    assert Content.from_json(frozen) == FROZEN
    assert facts_from_json(version, frozen["facts"]) == FROZEN.facts


def test_a_content_has_the_same_digest_in_every_release():
    """Digests are stored: one that changed would make every import look as if somebody had edited it since."""
    assert FROZEN.digest() == "fa11f06390622fa364d39a8b23b33275b80a5515cc8fe09e82425c43d74ea0b1"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | text, lambda part: st.lists(part) | st.dictionaries(text, part)
    )
)
@steady
def test_anything_else_is_refused_by_one_error(anything):
    with pytest.raises(UnreadableContent):
        Content.from_json(anything)
    for name in FROZEN.as_json():
        spoilt = {**FROZEN.as_json(), name: anything}
        try:
            Content.from_json(spoilt)
        except UnreadableContent:
            continue
        assert isinstance(anything, str) or anything in ([], VERSION)


@pytest.mark.parametrize("spoilt", [replace(FROZEN, country="\ud800"), replace(FROZEN, facts=(Fact("a", "b\udfff"),))])
def test_half_a_character_is_refused(spoilt):
    with pytest.raises(UnreadableContent, match="is no text"):
        Content.from_json(json.loads(json.dumps(spoilt.as_json())))


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
