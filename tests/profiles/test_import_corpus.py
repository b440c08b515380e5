"""A collection of profiles, one JSON object a line: what is read, what is set aside, what a second run writes."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.importing.corpus import read_line
from profiles.importing.imported import Unreadable
from profiles.models import Country, Edition, Profile
from tests.factories import make_country, make_theme, make_topic


def a_line(**fields):
    return {
        "country": "United States",
        "iso3": "USA",
        "theme": "Mine Ban Policy",
        "last_updated": "2010-10-18",
        "key_facts": [["Mine Ban Treaty status", "Not a State Party [1]"]],
        "sections": [["", "<p>It has not acceded.[2] See [3] and [2009].</p>"], ["Use", "<p>In 1991.[1]</p>"]],
        "footnotes": ["Depositary, 2010.", "<em>Statement</em>, 2009."],
        **fields,
    }


@pytest.fixture
def known(db):
    make_country()
    make_topic(theme=make_theme(), label="Mine Ban Treaty status")


@pytest.fixture
def bring(tmp_path, capsys, known):
    """Import lines (objects, or raw text) and give what was said."""

    def run(*lines, **options):
        file = tmp_path / "corpus.jsonl"
        file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        call_command("import_corpus", str(file), **options)
        said = capsys.readouterr()
        return said.out + said.err

    return run


def test_a_line_becomes_a_published_profile_with_its_marks(bring):
    said = bring(a_line(), publish=True)
    assert "1 working copies written, 1 editions published, 0 lines set aside" in said
    edition = Edition.objects.get()
    assert (edition.last_updated, edition.change_note) == (date(2010, 10, 18), "First published.")
    rendered = edition.rendered()
    assert [note.html for note in rendered.notes] == ["Depositary, 2010.", "<em>Statement</em>, 2009."]
    assert [len(note.uses) for note in rendered.notes] == [2, 1]
    assert "See [3] and [2009]." in rendered.sections[0].html
    assert rendered.facts[0].html.startswith("Not a State Party<sup")


def test_without_publish_nothing_becomes_public(bring):
    bring(a_line())
    assert Profile.objects.get().proposed_date == date(2010, 10, 18)
    assert not Edition.objects.exists()


def test_the_same_collection_twice_writes_nothing(bring):
    bring(a_line(), publish=True)
    before = Profile.objects.values().get()
    said = bring(a_line(), publish=True)
    assert "0 working copies written, 0 editions published" in said
    assert Profile.objects.values().get() == before


def test_a_moved_date_makes_a_substantive_edition_with_the_collections_note(bring):
    bring(a_line(), publish=True)
    bring(a_line(last_updated="2011-10-18", change_note="Votes of 2011 added."), publish=True)
    newest = Edition.objects.order_by("-number").first()
    assert (newest.number, newest.kind, newest.change_note) == (2, "substantive", "Votes of 2011 added.")


def test_a_bad_line_is_named_and_the_others_are_stored(bring):
    said = bring("{not json", a_line(theme="Gardening"), a_line(last_updated="18 October"), a_line(), publish=True)
    assert "Line 1: this is not JSON." in said
    assert "Line 2: no theme is called “Gardening”" in said
    assert "Line 3: “last_updated” is missing or of another kind. Make it a date such as 2010-10-18." in said
    assert "1 editions published, 3 lines set aside" in said


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"country": None}, "“country” is missing"),
        ({"footnotes": "none"}, "Make it a list of texts"),
        ({"sections": [["only a heading"]]}, "Make it a list of pairs of texts"),
        ({"key_facts": [["Status", "a"], ["Status", "b"]]}, "no label twice"),
        ({"key_facts": [["S" * 121, "a"]]}, "is too long"),
        ({"sections": [["H" * 201, "<p>a</p>"]]}, "is too long"),
        ({"sections": [], "key_facts": []}, "Line 1:"),
        ({"iso3": "QQQ"}, "say --create-countries"),
        ({"language": "fr"}, "cannot be read yet"),
        ({"footnotes": ["", "b"]}, "Line 1:"),
    ],
)
def test_a_line_that_cannot_be_taken_leaves_nothing(bring, fields, sentence):
    said = bring(a_line(**fields), publish=True)
    assert sentence in said
    assert not Profile.objects.exists()


def test_unknown_codes_become_areas_where_asked_for(bring):
    lines = [a_line(iso3="QQA", country="Area A"), a_line(iso3="QQB", country="Ärea B"), a_line(iso3="Q1", country="C")]
    said = bring(*lines, a_line(iso3="QQC", country="United States"), create_countries=True)
    assert list(Country.objects.filter(is_state=False).values_list("slug", flat=True)) == ["area-a", "area-b"]
    assert "“Q1” is no code" in said
    assert "“United States” is the name of USA already" in said


def test_facts_of_unknown_topics_are_kept_under_new_topics(bring):
    bring(a_line(key_facts=[["Mine Ban Treaty status", "Signatory"], ["Retained mines", "None"]]))
    facts = Profile.objects.get().facts.select_related("topic")
    assert [fact.topic.label for fact in facts] == ["Mine Ban Treaty status", "Retained mines"]


def test_what_was_edited_since_is_not_replaced_unasked(bring):
    bring(a_line())
    Profile.objects.get().sections.filter(heading="Use").update(body="<p>Edited.</p>")
    changed = a_line(sections=[["", "<p>New.[1][2]</p>"]])
    assert "say --replace" in bring(changed)
    assert "1 working copies written" in bring(changed, replace=True)


def test_characters_that_no_database_takes_are_left_out(bring):
    bring(a_line(sections=[["U\x00se", "<p>In\x00 1991.[1][2]</p>"]]), publish=True)
    assert Profile.objects.get().sections.get().heading == "Use"


def test_a_file_that_is_not_there_is_said(known):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_corpus", "nowhere.jsonl")


def test_many_lines_go_in_batches(bring):
    lines = [a_line(iso3=f"Q{a}{b}", country=f"Area {a}{b}") for a in "ABCDE" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    bring(*lines, create_countries=True, publish=True)
    assert Edition.objects.count() == 130


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(a_line())), inner),
    )
)
@settings(derandomize=True, deadline=None)
def test_any_json_is_read_or_refused_by_line(value):
    try:
        read_line(json.dumps(value), 7)
    except Unreadable as refusal:
        assert str(refusal).startswith("Line 7:")  # noqa: PT017
