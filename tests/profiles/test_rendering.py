"""What readers get: numbers that lead there and back, and never a key."""

import re
import shutil
from importlib import metadata
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils.translation import get_language, override
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles import rendering
from profiles.content import Content, Fact, Footnote, Section
from profiles.footnotes import marker
from profiles.rendering import render, render_fact_apart, version

steady = settings(derandomize=True, deadline=None, database=None, max_examples=100)


def make_content(*bodies: str, notes: dict[str, str] | None = None, **fields) -> Content:
    """Content with one section a body; ``notes`` maps keys to texts."""
    sections = tuple(Section(str(uuid4()), "", body) for body in bodies)
    footnotes = tuple(Footnote(key, text) for key, text in (notes or {}).items())
    return Content("Angola", "Mine Ban Policy", **{"sections": sections, "footnotes": footnotes, **fields})


def html_of(content: Content) -> str:
    rendered = render(content)
    return "".join(
        [*(str(part.html) for part in (*rendered.facts, *rendered.sections)), *(n.html for n in rendered.notes)]
    )


def keys(number: int) -> list[str]:
    return [str(uuid4()) for _ in range(number)]


def test_notes_are_numbered_over_facts_then_sections_by_first_mention():
    a, b, c = keys(3)
    content = make_content(
        f"<p>x{marker(c)}{marker(a)}</p>",
        facts=(Fact("Status", f"Not a party{marker(b)}"),),
        notes={a: "A.", b: "B.", c: "C."},
    )
    rendered = render(content)
    assert [(note.number, note.html) for note in rendered.notes] == [(1, "B."), (2, "C."), (3, "A.")]
    assert 'href="#n-1"' in rendered.facts[0].html
    assert re.findall(r'href="#(n-\d)"', rendered.sections[0].html) == ["n-2", "n-3"]


def test_each_use_of_a_note_has_a_letter_and_an_id_of_its_own():
    (a,) = keys(1)
    rendered = render(make_content(*[f"<p>x{marker(a)}</p>"] * 28, notes={a: "A."}))
    uses = rendered.notes[0].uses
    assert [use.letter for use in (uses[0], uses[1], uses[25], uses[26], uses[27])] == ["a", "b", "z", "aa", "ab"]
    assert [use.id for use in (uses[0], uses[1], uses[26])] == ["nr-1", "nr-1b", "nr-1aa"]
    printed = [re.search(r'id="([^"]+)"', section.html)[1] for section in rendered.sections]
    assert printed == [use.id for use in uses]


def test_a_note_nothing_cites_is_left_out():
    a, b = keys(2)
    rendered = render(make_content(f"<p>x{marker(b)}</p>", notes={a: "A.", b: "B."}))
    assert [note.html for note in rendered.notes] == ["B."]


def test_a_marker_without_a_note_is_shown_as_missing_and_leads_nowhere():
    rendered = render(make_content(f"<p>x{marker(uuid4(), 3)}</p>"))
    assert rendered.sections[0].html == '<p>x<sup class="nr nr-missing">[?]</sup></p>'
    assert not rendered.notes


def test_ibid_leads_to_the_note_it_stands_for_through_other_ibids():
    a, b, c, d = keys(4)
    body = f"<p>{marker(a)}{marker(b)}{marker(c)}{marker(d)}</p>"
    notes = {d: "<em>ibid</em>, p. 9.", c: " Ibidem.", b: "Ibid.", a: "Reuters, 25 November 2009."}
    first, *ibids = render(make_content(body, notes=notes)).notes
    assert [note.refers_to for note in ibids] == [first, first, first]
    assert first.refers_to is None


def test_ibid_with_nothing_before_it_stands_alone():
    a, b = keys(2)
    notes = render(make_content(f"<p>{marker(a)}{marker(b)}</p>", notes={a: "Ibid.", b: "Ibidis, 1999."})).notes
    assert [note.refers_to for note in notes] == [None, None]


def test_three_hundred_notes_have_unique_ids_and_ways_back_and_no_key():
    many = keys(300)
    bodies = [
        f"<p>{''.join(f'x{marker(key)}' for key in many[at : at + 60] + many[:5])}</p>" for at in range(0, 300, 60)
    ]
    headings = ["Use", "Use", "", "n 1", "Notes"]
    sections = tuple(Section(str(uuid4()), heading, body) for heading, body in zip(headings, bodies, strict=True))
    content = make_content(sections=sections, notes={key: f"Note {n}." for n, key in enumerate(many)})
    rendered = render(content)
    html = html_of(content)
    ids = re.findall(r'id="([^"]+)"', html)
    back = [use.id for note in rendered.notes for use in note.uses]
    on_page = ids + [f"n-{note.number}" for note in rendered.notes] + [section.id for section in rendered.sections]
    assert sorted(ids) == sorted(back)
    assert len(set(on_page)) == len(on_page)
    assert set(re.findall(r'href="#([^"]+)"', html)) == {f"n-{n}" for n in range(1, 301)}
    assert not any(key in html for key in [*many, *(section.key for section in sections)])


@given(
    st.lists(st.tuples(st.sampled_from(["p", "li", "a href=/x", "em", "sup"]), st.integers(0, 5)), max_size=12),
    st.sets(st.integers(0, 5)),
)
@steady
def test_no_key_ever_reaches_a_reader(cited, known):
    many = [f"{n}0b1e8c1-52b6-4d3e-9f58-0f6f5d1d2f10" for n in range(6)]
    body = "".join(
        f"<{tag}>x{marker(many[n]).upper() if n % 2 else marker(many[n])}</{tag.split()[0]}>" for tag, n in cited
    )
    notes = {many[n]: f"See {marker(many[0])}" for n in known}
    content = make_content(body, facts=(Fact("Status", body),), notes=notes)
    html = html_of(content)
    assert "52b6" not in html.lower()
    assert "data-footnote" not in html.lower()
    assert [note.number for note in render(content).notes] == list(range(1, len(known & {n for _tag, n in cited}) + 1))


@given(
    st.lists(st.sampled_from(["Use", "use", "a", "a 3", "a 2", "", "№", "s-2", "2", "n 1", "اللغة", "<b>"]), max_size=9)
)
@steady
def test_section_ids_are_unique_and_stable(headings):
    content = make_content(sections=tuple(Section("k", heading, "<p>x</p>") for heading in headings))
    ids = [section.id for section in render(content).sections]
    assert len(set(ids)) == len(headings)
    assert all(re.fullmatch(r"s-[\w-]+", id) for id in ids)
    assert ids == [section.id for section in render(content).sections]


def test_what_is_rendered_is_clean_whatever_is_stored():
    (a,) = keys(1)
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>x"
    content = make_content(f"{hostile}{marker(a)}", facts=(Fact("Status", hostile),), notes={a: hostile})
    assert not re.search("script|onerror|<img", html_of(content))


def test_the_words_added_speak_the_language_of_the_text(monkeypatch):
    monkeypatch.setattr("profiles.rendering._", lambda word: f"{word} ({get_language()})")  # no catalogue is needed
    (a,) = keys(1)
    content = make_content(f"<p>x{marker(a)}</p>", notes={a: "A."}, language="fr")
    with override("en"):
        assert '<span class="vh">Note (fr) </span>1' in html_of(content)


def test_a_fact_apart_leads_to_the_notes_of_its_profile():
    (a,) = keys(1)
    html = render_fact_apart(f"Voted no{marker(a, 3)}{marker(a)}", "/countries/angola/mine-ban-policy/")
    assert 'href="/countries/angola/mine-ban-policy/#n-3"' in html
    assert html.count("<sup") == 1
    assert a not in html


def test_every_note_of_a_whole_page_is_rendered(united_states):
    text = united_states.read_text()
    lines = text[text.index("\n[1] ") :].split("\n[")[1:]
    notes = {str(uuid4()): line.partition("] ")[2].strip().replace("&", "&amp;") for line in lines}
    body = "<p>" + "".join(f"x{marker(key)}" for key in notes) + "</p>"
    rendered = render(make_content(body, notes=notes))
    assert len(rendered.notes) == 28
    assert [(note.number, note.refers_to.number) for note in rendered.notes if note.refers_to] == [(9, 8)]


@pytest.fixture
def fresh_version(monkeypatch, tmp_path):
    """The version computed anew, over a copy of this app's code that a test may change."""
    room = tmp_path / "profiles"
    shutil.copytree(Path(rendering.__file__).parent, room)
    monkeypatch.setattr(rendering, "__file__", str(room / "rendering.py"))
    return room, version.__wrapped__


def test_the_version_of_rendering_changes_with_any_code_of_the_room(fresh_version):
    room, compute = fresh_version
    assert compute() == version()
    (room / "footnotes.py").rename(room / "notes_and_markers.py")
    renamed = compute()
    (room / "another").mkdir()
    (room / "another" / "rule.py").write_text("RULE = 1")
    assert len({version(), renamed, compute()}) == 3


@pytest.mark.parametrize("library", ["nh3", "django"])
def test_the_version_of_rendering_changes_with_the_libraries_that_judge_html(fresh_version, monkeypatch, library):
    _room, compute = fresh_version
    installed = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "99.0" if name == library else installed(name))
    assert compute() != version()


@pytest.mark.parametrize("empty", ["", "<p>&nbsp;</p>"])
def test_empty_content_renders(empty):
    rendered = render(make_content(empty, facts=(Fact("Status", empty),)))
    assert (rendered.facts[0].html, rendered.sections[0].html, rendered.notes) == ("", "", ())
