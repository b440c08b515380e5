"""What editors are told about a working copy: one test for each rule, and for what must not be told."""

import re
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.content import Content, Fact, Footnote, Section
from profiles.footnotes import marker
from profiles.review.checks import NOTE_RULES, TEXT_RULES, Level, Problem, check
from profiles.review.publishing import Change, refusals
from profiles.review.web_addresses import malformed
from profiles.richtext import clean

A, B, C, D = (f"{letter}0b1e8c1-52b6-4d3e-9f58-0f6f5d1d2f10" for letter in "abcd")


def make_content(*bodies: str, notes: dict[str, str] | None = None, **fields) -> Content:
    """Cleaned content: a section a body (the first is the lead); ``notes`` maps keys to texts."""
    sections = tuple(Section(str(at), f"Part {at}" if at else "", clean(body)) for at, body in enumerate(bodies))
    footnotes = tuple(Footnote(key, text) for key, text in (notes or {}).items())
    return Content("Angola", "Mine Ban Policy", **{"sections": sections, "footnotes": footnotes, **fields})


def citing(*keys: str) -> str:
    return "<p>" + " ".join(f"Sentence {at}.{marker(key)}" for at, key in enumerate(keys, start=1)) + "</p>"


def only(content: Content, previous: Content | None = None) -> Problem:
    (problem,) = check(content, previous)
    return problem


def codes(content: Content, previous: Content | None = None) -> list[str]:
    return [problem.code for problem in check(content, previous)]


def test_a_sound_text_has_no_problems():
    content = make_content(citing(A, B, A), notes={A: "Letter, 18 May 2010.", B: "Ibid."})
    assert check(content) == []
    assert check(content, previous=content) == []


def test_a_marker_without_a_note_blocks_and_is_told_by_the_words_before_it():
    body = f"<p>The US <em>did not sign</em> in 1997{marker(A, 1)}, or later.{marker(B, 2)}</p>"
    problem = only(make_content("<p>Lead.</p>", body, notes={A: "Reuters."}))
    assert (problem.level, problem.code, problem.key) == (Level.BLOCKS, "marker-without-note", B)
    assert problem.place == "Section “Part 1”"
    assert "after “The US did not sign in 1997, or later.” has no note" in problem.message


def test_a_marker_without_a_note_is_found_in_a_fact_and_at_the_beginning():
    content = make_content("<p>Lead.</p>", facts=(Fact("Treaty status", marker(A)),))
    problem = only(content)
    assert (problem.place, problem.key) == ("Fact “Treaty status”", A)
    assert "marker at the beginning has no note" in problem.message


def test_a_missing_note_is_told_at_each_place():
    content = make_content(citing(A, A), citing(A))
    assert [problem.place for problem in check(content)] == ["Lead", "Lead", "Section “Part 1”"]


def test_words_before_a_marker_are_quoted_from_the_nearest_ones():
    problem = only(make_content(f"<p>{'far ' * 100}near the end.{marker(A)}</p>"))
    assert "“…far" in problem.message
    assert "near the end.”" in problem.message
    assert len(problem.message) < 200


def test_a_note_nothing_cites_is_a_hint_that_quotes_it():
    problem = only(make_content("<p>Text.</p>", notes={A: "<em>Letter</em> from 68 Senators, 18 May 2010."}))
    assert (problem.level, problem.code, problem.key) == (Level.HINTS, "note-not-cited", A)
    assert "“Letter from 68 Senators, 18 May 2010.”" in problem.message


def test_an_empty_note_blocks_when_it_is_cited_and_is_a_hint_when_it_is_not():
    blocking = only(make_content(citing(A), notes={A: "<em>&nbsp;</em>"}))
    assert (blocking.level, blocking.code, blocking.place, blocking.key) == (Level.BLOCKS, "note-empty", "Note 1", A)
    assert "after “Sentence 1.”" in blocking.message
    hint = only(make_content("<p>Text.</p>", notes={A: ""}))
    assert (hint.level, hint.code) == (Level.HINTS, "note-not-cited")


def test_a_number_in_brackets_is_told_with_the_words_about_it():
    problem = only(make_content("<p>The goal of the US ever joining.[1] The Bush policy requires an end.</p>"))
    assert (problem.level, problem.code, problem.place) == (Level.WARNS, "number-as-text", "Lead")
    assert "“The goal of the US ever joining.[1] The Bush policy requires an…”" in problem.message


def test_several_numbers_in_brackets_are_told_once_a_place():
    problem = only(make_content("<p>Joined[1] and left[2] and joined.[3]</p>"))
    assert problem.message.startswith("3 numbers in brackets")


@pytest.mark.parametrize("words", ["still ongoing [and is] going", "[2010]", "[sic]", "a[b]", "[…]", "array[x1]"])
def test_other_brackets_are_legal_text(words):
    assert check(make_content(f"<p>{words}</p>")) == []


def test_the_number_a_marker_prints_is_not_taken_for_text():
    content = make_content(f"<p>Joined{marker(A, 12)}{marker(A, 12)}</p>", notes={A: "Reuters."})
    assert check(content) == []


def test_notes_that_were_pasted_as_text_are_told_as_such():
    pasted = "<p>[1] See, US Department of State.</p><p>[2] Letter,<br>[3] Ibid.</p>"
    problem, numbers = check(make_content(f"<p>Joined.[1]</p>{pasted}"))
    assert (problem.level, problem.code) == (Level.WARNS, "notes-as-text")
    assert problem.message.startswith("3 lines look like notes")
    assert "“[1] See, US Department of State.”" in problem.message
    assert (numbers.code, numbers.message[:20]) == ("number-as-text", "A number in brackets")


def test_a_marker_that_lost_its_note_is_told():
    content = make_content('<p>Joined<sup data-footnote="7">[?]</sup> in 1997.</p>')
    problem = only(content)
    assert (problem.level, problem.code) == (Level.WARNS, "lost-marker")
    assert "“Joined[?] in 1997.”" in problem.message


def test_a_marker_in_a_link_is_told_where_nothing_cleaned_it():
    body = f'<p>See <a href="/x/">the report{marker(A)}</a> and{marker(A)} <a href="/y/">more</a>{marker(A)}</p>'
    raw = Content("Angola", "Mine Ban Policy", sections=(Section("k", "", body),), footnotes=(Footnote(A, "A."),))
    problem = only(raw)
    assert (problem.level, problem.code, problem.key) == (Level.WARNS, "marker-in-link", A)
    assert check(make_content(body, notes={A: "A."})) == []


def test_notes_with_the_same_words_are_a_hint_to_merge():
    notes = {
        A: "Reuters, <em>25 November</em>.",
        B: "Other.",
        C: "Reuters, 25&nbsp;November.",
        D: "Reuters, 25 November.",
    }
    problem = only(make_content(citing(A, B, C), notes={key: notes[key] for key in (C, B, A)}))
    assert (problem.level, problem.code, problem.place, problem.key) == (Level.HINTS, "same-text", "Note 1", A)
    assert problem.message.startswith("Notes 1, 3 say the same, “Reuters, 25 November.”")
    assert codes(make_content(citing(A, B, C), notes=notes)) == ["same-text", "note-not-cited"]


# Ibid.


def test_ibid_with_nothing_before_it_is_told():
    problem = only(make_content(citing(A, B), notes={A: "Ibid., p. 4.", B: "Reuters."}))
    assert (problem.level, problem.code, problem.key) == (Level.WARNS, "ibid-first", A)
    assert "“Ibid., p. 4.”" in problem.message


def test_ibid_that_is_cited_again_is_told():
    problem = only(make_content(citing(A, B, C, B), notes={A: "Reuters.", B: "Ibid.", C: "ICBL."}))
    assert (problem.level, problem.code, problem.key) == (Level.WARNS, "ibid-reused", B)


def test_ibid_whose_predecessor_changed_needs_a_look():
    before = make_content(citing(A, B), notes={A: "Reuters.", B: "Ibid."})
    now = make_content(citing(A, C, B), notes={A: "Reuters.", B: "Ibid.", C: "ICBL, 1 March 2010."})
    problem = only(now, before)
    assert (problem.level, problem.code, problem.place, problem.key) == (Level.CONFIRM, "ibid-changed", "Note 3", B)
    assert "now means “ICBL, 1 March 2010.”" in problem.message
    assert "it meant “Reuters.”" in problem.message


def test_a_predecessor_changes_through_a_chain_and_in_its_words():
    before = make_content(citing(A, B, C), notes={A: "Reuters.", B: "Ibid.", C: "Ibid."})
    moved = make_content(citing(D, B, C), notes={D: "ICBL.", B: "Ibid.", C: "Ibid."})
    reworded = make_content(citing(A, B, C), notes={A: "Reuters, 2010.", B: "Ibid.", C: "Ibid."})
    for now in (moved, reworded):
        assert [(problem.code, problem.key) for problem in check(now, before)] == [
            ("ibid-changed", B),
            ("ibid-changed", C),
        ]


@pytest.mark.parametrize(
    "notes",
    [
        {A: "<em>Reuters</em>.", B: "Ibid."},  # the same words
        {D: "Reuters.", B: "Ibid."},  # the same words in another note
        {A: "ICBL.", B: "Reuters again."},  # no longer an Ibid.
        {A: "ICBL.", C: "Ibid."},  # another Ibid., which nobody read before
    ],
)
def test_ibid_that_means_the_same_needs_no_look(notes):
    before = make_content(citing(A, B), notes={A: "Reuters.", B: "Ibid."})
    assert check(make_content(citing(*notes), notes=notes), before) == []


def test_an_unconfirmed_change_of_ibid_refuses_a_publication_and_a_tick_lets_it_through():
    before = make_content(citing(A, B), notes={A: "Reuters.", B: "Ibid."})
    now = make_content(citing(A, B), notes={A: "ICBL.", B: "Ibid."})
    state = {"previous": before, "is_first": False, "is_live": True, "last_updated": None, "today": None}
    assert [problem.code for problem in refusals(now, Change.correction(), **state)] == ["ibid-changed"]
    assert refusals(now, Change.correction(confirmed=True), **state) == []


@pytest.mark.parametrize("sources", ["HRW, 8 May 2010; and ICBL, 1 March 2010.", "HRW; see also ICBL."])
def test_ibid_after_several_sources_is_a_hint(sources):
    problem = only(make_content(citing(A, B), notes={A: sources, B: "Ibid."}))
    assert (problem.level, problem.code, problem.key) == (Level.HINTS, "ibid-of-several", B)


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "ww.hrw.org",
        "wwww.hrw.org",
        "wwwhrw.org",
        "www.hrworg",
        "www.hrw,org",
        "www.hrw..org",
        "www..hrw.org",
        "www. hrw.org",
        "www,hrw.org",
        "www hrw.org",
        "http//www.hrw.org",
        "http:/www.hrw.org",
        "http;//www.hrw.org",
        "http:www.hrw.org",
        "http:\\\\www.hrw.org",
        "https:///www.hrw.org",
        "http://http://www.hrw.org",
        "htp://www.hrw.org",
        "ttp://www.hrw.org",
        "hhtp://www.hrw.org",
        "htttps//www.hrw.org",
        "https://ww.hrw.org/news",
    ],
)
def test_a_misspelt_address_is_told(address):
    problem = only(make_content(citing(A), notes={A: f"HRW, “US,” 25 November 2009, {address}; and ICBL."}))
    assert (problem.level, problem.code, problem.place, problem.key) == (Level.WARNS, "address-misspelt", "Note 1", A)
    assert address.removeprefix("https://") in problem.message


@pytest.mark.parametrize("note", ["www.hrw org", "http:// www.hrw.org", '<a href="http://ww.hrw.org/">HRW</a>'])
def test_a_misspelt_address_is_told_with_a_space_in_it_or_behind_a_link(note):
    assert codes(make_content(citing(A), notes={A: note})) == ["address-misspelt"]


@pytest.mark.parametrize(
    "words",
    [
        "leahy.senate.gov; english.aljazeera.net, (www.icbl.org), www.fas.org.",
        "www2.ohchr.org, wwwn.cdc.gov, www.the-monitor.org/lm/2010, www.éxample.org",
        "http://www.un.org, https://web.archive.org/web/2010/http://www.hrw.org/news",
        "George W. Bush, W.E.B. Du Bois, TPP/TTIP, and/or, HTTP and the www, pp. 1,131–1,132",
        "monitor@www.example.org, CCW/P.V/CONF/2009/5, GAO-02-1003: MILITARY OPERATIONS",
    ],
)
def test_sound_addresses_and_other_words_are_left_alone(words):
    assert malformed(words) == []


@given(st.text(alphabet="wWhtps:/;,. \\-org2@\n", max_size=60))
@settings(derandomize=True, deadline=None, database=None)
def test_an_address_is_quoted_from_the_text(text):
    assert all(address and address in text for address in malformed(text))


# All of it


@pytest.mark.parametrize("body", ["", "<p>&nbsp;</p>", "<table><tr><td></td></tr></table>"])
def test_a_profile_without_any_text_blocks(body):
    problem = only(make_content(body, body, facts=(Fact("Status", ""),), overview_heading="Overview"))
    assert (problem.level, problem.code) == (Level.BLOCKS, "no-text")


def test_a_fact_alone_is_text():
    assert check(make_content("", facts=(Fact("Status", "State Party"),))) == []


def test_problems_come_by_level_then_in_reading_order():
    before = make_content(citing(A, B), notes={A: "Reuters.", B: "Ibid."})
    now = make_content(
        f"<p>Joined.[12]{marker(C)}</p>",
        f"<p>Left.{marker(D)}</p>{citing(A, B)}<p>[?]</p>",
        facts=(Fact("Status", f"Party [3]{marker(D)}"),),
        notes={A: "ww.hrw.org; and HRW.", B: "Ibid.", C: "", "unused": "Unused."},
    )
    assert [(problem.level, problem.code, problem.place) for problem in check(now, before)] == [
        (Level.BLOCKS, "marker-without-note", "Fact “Status”"),
        (Level.BLOCKS, "marker-without-note", "Section “Part 1”"),
        (Level.BLOCKS, "note-empty", "Note 1"),
        (Level.CONFIRM, "ibid-changed", "Note 3"),
        (Level.WARNS, "number-as-text", "Fact “Status”"),
        (Level.WARNS, "number-as-text", "Lead"),
        (Level.WARNS, "lost-marker", "Section “Part 1”"),
        (Level.WARNS, "address-misspelt", "Note 2"),
        (Level.HINTS, "ibid-of-several", "Note 3"),
        (Level.HINTS, "note-not-cited", "Footnotes"),
    ]


def test_no_problem_prints_a_key():
    before = make_content(citing(A, B), notes={A: "Reuters.", B: "Ibid."})
    now = make_content(citing(D, C, A, B, B), notes={A: "www,x.org; and y", B: "Ibid.", C: "", str(uuid4()): "Unused."})
    problems = check(now, before)
    assert len({problem.code for problem in problems}) >= 6
    assert not any(re.search(r"[0-9a-f]{4}-[0-9a-f]{4}", str(problem)) for problem in problems)


def test_a_problem_says_where_it_is():
    problem = only(make_content("<p>Lead.</p>", "<p>Joined.[1]</p>"))
    assert str(problem).startswith("Section “Part 1”: A number in brackets")
    assert str(Problem(Level.HINTS, "code", "Message.")) == "Message."


def test_a_section_without_a_heading_is_named_by_its_place():
    content = Content("Angola", "Mine Ban Policy", sections=tuple(Section(k, "", "<p>x[1]</p>") for k in "ab"))
    assert [problem.place for problem in check(content)] == ["Lead", "Section 2, without a heading"]


def test_every_rule_is_registered_once():
    assert len(set(TEXT_RULES)) == len(TEXT_RULES) == 4
    assert len(set(NOTE_RULES)) == len(NOTE_RULES) == 8


def test_a_whole_page_has_one_misspelt_address_and_nothing_else(united_states):
    text = united_states.read_text()
    body, _newline, tail = text.partition("\n[1] ")
    lines = f"1] {tail}".split("\n[")
    notes = {str(uuid4()): line.partition("] ")[2].strip() for line in lines}
    keys = list(notes)
    paragraphs = re.sub(r"\[(\d+)\]", lambda found: marker(keys[int(found[1]) - 1], int(found[1])), body).split("\n\n")
    content = make_content("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs), notes=notes)
    problem = only(content, previous=content)
    assert (problem.code, problem.place) == ("address-misspelt", "Note 5")
    assert "“ww.icbl.org”" in problem.message
