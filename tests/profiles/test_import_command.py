"""`manage.py import_profile`: from a file to a working copy, and to an edition where asked."""

import io
import sys
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils.formats import date_format

from profiles.models import Edition, Fact, Footnote, Profile, Section
from profiles.rendering import render
from tests.factories import make_country, make_profile, make_staff, make_theme, make_topic
from tests.profiles.pages import PAGE, TOPICS, make_page

pytestmark = pytest.mark.django_db

FIRST = "First published."
DAY = date(2021, 3, 3)


@pytest.fixture(autouse=True)
def _reference():
    make_country(iso3="RUR", iso2="RU", name="Ruritania", slug="ruritania")
    make_country(iso3="USA", iso2="US", name="United States", slug="united-states")
    for position, label in enumerate(TOPICS):
        make_topic(label=label, position=position)


@pytest.fixture
def run(tmp_path):
    """Run the command on a page; returns what it printed, warnings last."""

    def run(page, *arguments):
        file = tmp_path / "page.txt"
        file.write_bytes(page if isinstance(page, bytes) else page.encode())
        out, err = io.StringIO(), io.StringIO()
        call_command("import_profile", str(file), *arguments, stdout=out, stderr=err, no_color=True)
        return out.getvalue() + err.getvalue()

    return run


def nothing_stored():
    return not (Profile.objects.exists() or Edition.objects.exists() or Footnote.objects.exists())


def state():
    """Every row an import may write, with what it would change by writing."""
    return [
        list(Profile.objects.values()),
        list(Edition.objects.values()),
        *(list(model.objects.order_by("pk").values()) for model in (Fact, Section, Footnote)),
    ]


def key_of(text):
    return Footnote.objects.get(text__startswith=text).key


# --- what is stored ---------------------------------------------------------------


def test_a_page_becomes_a_working_copy_that_nobody_can_read_yet(run):
    printed = run(PAGE)
    profile = Profile.objects.get()
    assert (profile.country.name, profile.theme.slug, profile.language) == ("Ruritania", "mine-ban-policy", "en")
    assert (profile.overview_heading, profile.proposed_date) == ("Commitment to the treaty", DAY)
    assert [fact.topic.label for fact in profile.facts.all()] == [TOPICS[0], TOPICS[3], TOPICS[4]]
    assert [section.heading for section in profile.sections.all()] == ["", "Production and transfer"]
    assert profile.footnotes.count() == 4
    assert not profile.is_live
    assert profile.imported_digest == profile.content().digest()
    assert f"Read Ruritania: Mine Ban Policy, {date_format(DAY)}: 3 facts, 2 sections, 4 notes." in printed
    assert "9 rows added, 0 changed, 0 removed" in printed


def test_markers_lead_to_the_notes_of_the_page(run):
    run(PAGE)
    shown = render(Profile.objects.get().content())
    assert [note.html[:22] for note in shown.notes] == [
        "Ministry of Foreign Af",
        "Ibid.",
        'Army of Ruritania, "St',
        "Statement of Ruritania",
    ]
    assert [len(note.uses) for note in shown.notes] == [1, 1, 2, 1]
    assert "[so it says]" in shown.sections[0].html
    assert "40 &lt; 50" in shown.sections[0].html


def test_values_of_several_paragraphs_keep_their_lines(run):
    run(PAGE)
    assert Fact.objects.get(topic__label="Transparency reporting").value == "Last report for 2019<br>No report for 2020"


def test_a_profile_that_exists_is_filled(run):
    profile = Profile.objects.create(country=make_country(iso3="RUR"), theme=make_theme())
    run(PAGE)
    assert Profile.objects.get() == profile
    assert profile.sections.count() == 2


def test_the_same_page_twice_writes_nothing(run):
    run(PAGE)
    before = state()
    assert "nothing was written" in run(PAGE)
    assert state() == before


def test_a_page_may_come_in_by_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    call_command("import_profile", "-")
    assert Profile.objects.get().footnotes.count() == 4
    assert "Read Ruritania" in capsys.readouterr().out


def test_verbosity_0_prints_nothing(run):
    assert run(PAGE, "--publish", "--verbosity", "0") == ""


def test_a_dry_run_tells_all_and_stores_nothing(run):
    printed = run(PAGE, "--publish", "--dry-run")
    assert "9 rows added" in printed
    assert "Published edition 1" in printed
    assert "dry run: nothing was stored" in printed
    assert nothing_stored()


def test_a_page_of_300_notes_and_200_kilobytes_is_stored_and_published(run):
    sentence = "Ruritania reported again what it had cleared in the year before. " * 10
    text = "\n\n".join(f"{sentence}[{n}]" for n in range(1, 301))
    notes = "\n\n".join(f"[{n}] Source {n}." for n in range(1, 301))
    page = make_page(text=text, notes=notes)
    assert len(page) > 190_000
    run(page, "--publish")
    assert len(Edition.objects.get().content.footnotes) == 300


# --- keys survive -----------------------------------------------------------------


def test_a_note_put_between_changes_no_other_key(run):
    run(make_page(text="So.[1] So.[2] So.[3]", notes="[1] Letter.\n\n[2] Ibid.\n\n[3] Ibid."))
    before = {note.pk: note.key for note in Footnote.objects.all()}
    run(make_page(text="So.[1] And a fax.[2] So.[3] So.[4]", notes="[1] Letter.\n\n[2] Fax.\n\n[3] Ibid.\n\n[4] Ibid."))
    assert {note.pk: note.key for note in Footnote.objects.filter(pk__in=before)} == before
    assert Footnote.objects.count() == 4
    assert "[4]" in Section.objects.get().body


def test_a_note_whose_text_was_mended_keeps_its_key_though_its_number_moved(run):
    run(make_page(text="So.[1] So.[2]", notes="[1] Letter of 2 May.\n\n[2] Interview with the minister, Strelsau."))
    key = key_of("Interview")
    notes = "[1] Letter of 2 May.\n\n[2] Fax.\n\n[3] Interview with the minister, Strelsau, 4 May."
    run(make_page(text="So.[1] And.[2] So.[3]", notes=notes))
    assert key_of("Interview") == key


def test_a_note_rewritten_at_its_number_keeps_its_key(run):
    run(make_page(text="So.[1] So.[2]", notes="[1] Letter.\n\n[2] Fax."))
    key = key_of("Fax")
    run(make_page(text="So.[1] So.[2]", notes="[1] Letter.\n\n[2] www.army.example/2021"))
    assert key_of("www") == key


def test_a_section_keeps_its_key_when_another_comes_before_it(run):
    run(make_page(text="Lead.\n\nUse\n\nNone."))
    key = Section.objects.get(heading="Use").key
    run(make_page(text="Lead.\n\nProduction\n\nNone.\n\nUse\n\nNone since 2020."))
    assert Section.objects.get(heading="Use").key == key
    assert [section.heading for section in Profile.objects.get().sections.all()] == ["", "Production", "Use"]


def test_what_the_page_no_longer_has_goes(run):
    run(PAGE)
    printed = run(make_page())
    assert (Fact.objects.count(), Section.objects.count(), Footnote.objects.count()) == (0, 1, 0)
    assert "8 removed" in printed


# --- nobody's work is lost ----------------------------------------------------------


def edit(profile, *, by=None):
    profile.claim(profile.lock_version, by=by)
    section = profile.sections.first()
    section.body = "<p>By hand.</p>"
    section.save()


def test_an_edited_working_copy_is_replaced_only_when_asked(run):
    run(PAGE)
    edit(Profile.objects.get(), by=make_staff(username="ana"))
    before = state()
    with pytest.raises(CommandError, match="Ruritania: Mine Ban Policy was edited by ana on .*; say --replace"):
        run(PAGE)
    assert state() == before
    run(PAGE, "--replace")
    assert "By hand" not in Section.objects.first().body


def test_work_by_nobody_known_is_kept_too(run):
    run(PAGE)
    edit(Profile.objects.get())
    with pytest.raises(CommandError, match="was edited on .*, after its last import"):
        run(PAGE)


def test_a_text_that_was_written_here_is_not_replaced_unasked(run):
    make_profile(country=make_country(iso3="RUR"), body="<p>By hand.</p>")
    with pytest.raises(CommandError, match="has a text that was not imported"):
        run(PAGE)
    assert "By hand" in Section.objects.get().body


# --- publishing ---------------------------------------------------------------------


def test_the_first_edition_is_substantive_and_says_so(run, settings):
    settings.SITE_URL = "https://monitor.example"
    printed = run(PAGE, "--publish")
    edition = Edition.objects.get()
    assert (edition.number, edition.kind, edition.change_note) == (1, "substantive", FIRST)
    assert (edition.last_updated, edition.published_by) == (DAY, None)
    profile = Profile.objects.get()
    assert (profile.live_edition, profile.proposed_date) == (edition, None)
    address = "https://monitor.example/countries/ruritania/mine-ban-policy/editions/1/"
    assert f"Published edition 1 (substantive, {date_format(DAY)}): {address}" in printed


def test_the_first_edition_may_have_a_note_of_its_own(run):
    run(PAGE, "--publish", "--note", "From the archive.")
    assert Edition.objects.get().change_note == "From the archive."


def test_publishing_the_same_page_twice_makes_one_edition(run):
    run(PAGE, "--publish")
    before = state()
    printed = run(PAGE, "--publish")
    assert "nothing was written" in printed
    assert "Nothing was published" in printed
    assert state() == before


def test_an_imported_working_copy_is_published_later(run):
    run(PAGE)
    run(PAGE, "--publish")
    assert Edition.objects.get().number == 1


def test_a_changed_text_of_the_same_date_is_a_correction(run):
    run(PAGE, "--publish")
    run(PAGE.replace("joined the treaty late", "joined the treaty in 2004"), "--publish")
    edition = Edition.objects.get(number=2)
    assert (edition.is_correction, edition.last_updated) == (True, DAY)


def test_a_moved_date_needs_a_note(run):
    run(PAGE, "--publish")
    later = PAGE.replace("3 March 2021", "5 April 2022")
    before = state()
    with pytest.raises(
        CommandError, match=f"moves from {date_format(DAY)} to {date_format(date(2022, 4, 5))}, .* --note"
    ):
        run(later, "--publish")
    assert state() == before
    run(later, "--publish", "--note", "Votes of 2021.")
    assert Edition.objects.get(number=2).change_note == "Votes of 2021."
    assert Profile.objects.get().last_updated == date(2022, 4, 5)


def test_an_ibid_of_a_page_is_its_authors_and_needs_no_tick(run):
    run(make_page(text="So.[1] So.[2]", notes="[1] Letter.\n\n[2] Ibid."), "--publish")
    run(make_page(text="So.[1] So.[2] So.[3]", notes="[1] Letter.\n\n[2] Fax.\n\n[3] Ibid."), "--publish")
    notes = Edition.objects.get(number=2).rendered().notes
    assert notes[2].refers_to == notes[1]


def test_a_note_without_an_edition_is_refused(run):
    with pytest.raises(CommandError, match="say --publish with --note"):
        run(PAGE, "--note", "Votes of 2021.")


def test_what_may_not_be_published_is_not_stored_either(run):
    with pytest.raises(CommandError, match="cannot lie in the future"):
        run(PAGE.replace("2021", "2921"), "--publish")
    assert nothing_stored()


@pytest.mark.parametrize(
    ("updated", "sentence"), [("4 April 2022", "never goes back"), ("5 April 2922", "cannot lie in the future")]
)
def test_a_page_whose_date_cannot_be_published_is_refused_before_anybody_publishes(run, updated, sentence):
    run(make_page(updated="Last Updated: 5 April 2022"), "--publish")
    before = Profile.objects.get().content()
    with pytest.raises(CommandError, match=f"has the date {updated}. .*{sentence}"):
        run(make_page(updated=f"Last Updated: {updated}", text="Other words."))
    assert Profile.objects.get().content() == before


def test_an_edition_needs_a_date(run):
    with pytest.raises(CommandError, match="^Line 1: the page has no date, and an edition needs one. Put"):
        run(make_page(updated=""), "--publish")
    assert nothing_stored()


def test_a_withdrawn_profile_is_not_put_back_by_a_script(run):
    run(PAGE, "--publish")
    Profile.objects.get().withdraw(reason="A source asked for it.")
    with pytest.raises(CommandError, match="was withdrawn .*A source asked for it.*without --publish"):
        run(PAGE, "--publish")
    assert not Profile.objects.get().is_live


# --- whose page it is ---------------------------------------------------------------


@pytest.mark.parametrize("code", ["RU", "ru", "RUR", "rur"])
def test_a_page_that_names_neither_is_told_by_codes(run, code):
    run("Nothing is known.", "--country", code, "--theme", "mine-ban-policy")
    assert str(Profile.objects.get()) == "Ruritania: Mine Ban Policy"


def test_rows_are_read_with_the_topics_of_the_theme_asked_for(run):
    page = make_page(theme="", overview="Mine Ban Treaty status\n\nParty\n\nKey developments\n\nA law")
    run(page, "--theme", "mine-ban-policy")
    assert Fact.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "iso3", "written"),
    [
        ("Côte d'Ivoire", "CIV", "Cote d’Ivoire"),
        ("Côte d'Ivoire", "CIV", "Ivory Coast"),
        ("Congo, Democratic Republic of the", "COD", "Democratic Republic of the Congo"),
        ("Congo, Democratic Republic of the", "COD", "DR Congo"),
        ("São Tomé and Príncipe", "STP", "Sao Tome & Principe"),
        ("Türkiye", "TUR", "Turkey"),
        ("Saint Lucia", "LCA", "St. Lucia"),
    ],
)
def test_countries_are_known_by_the_names_that_pages_use(run, name, iso3, written):
    make_country(iso3=iso3, name=name, slug=iso3.lower())
    run(make_page(country=written))
    assert Profile.objects.get().country.iso3 == iso3


def test_a_country_is_known_by_a_slug_it_had(run):
    country = make_country(iso3="ZEM", name="Zembla", slug="zembla")
    country.name, country.slug = "New Zembla", "new-zembla"
    country.save()
    run(make_page(country="ZEMBLA"))
    assert Profile.objects.get().country == country


@pytest.mark.parametrize(
    ("page", "arguments", "sentence"),
    [
        (make_page(), ["--country", "US"], "^Line 1: the page is about “Ruritania”, but “United States” was asked for"),
        (
            make_page(),
            ["--theme", "impact"],
            "^Line 5: the page is about “Mine Ban Policy”, but “Impact” was asked for",
        ),
        (make_page(), ["--country", "XX"], "^No country has the ISO code “XX”"),
        (make_page(), ["--theme", "fish"], "^No theme has the slug “fish”; there are .*mine-ban-policy"),
        (make_page(country="Atlantis"), [], "^Line 1: no country is called “Atlantis”. Put its name"),
        (make_page(theme="Fishing"), [], "^Line 5: no theme is called “Fishing”. Put its name"),
        (make_page(country=""), [], "^Line 1: the page names no country."),
        ("Nothing is known.", ["--country", "RU"], "^Line 1: the page names no theme."),
        (make_page(text="So.[1]"), [], r"^Line 7: the mark \[1\] has no note."),
        (make_page(notes="[1] Letter."), [], "^Line 9: note 1 is cited nowhere."),
        (make_page(updated="Last Updated: 31 June 2021"), [], "^Line 3: “Last Updated: 31 June 2021” is not a date."),
        ("", [], "^Line 1: the page is empty."),
        (b"PK\x03\x04\x14\x00", [], "^Line 1: this is not text. Save the page as plain text"),
        (b"Ruritania\n\x90 \xff", [], "^Line 2: this is not text."),
        ("“Né”\n".encode() + b"n\xe9e", [], "^Line 2: a letter is damaged; all others of the file are UTF-8."),
        (b"\xff\xfeR\x00\xff", [], "^Line 1: this is not text."),
    ],
)
def test_what_cannot_be_imported_is_refused_in_one_sentence_and_nothing_stored(run, page, arguments, sentence):
    make_theme(slug="impact", name="Impact")
    with pytest.raises(CommandError, match=sentence) as refused:
        run(page, *arguments)
    assert refused.value.returncode == 1
    assert nothing_stored()


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match=r"gone.txt cannot be read: No such file or directory."):
        call_command("import_profile", str(tmp_path / "gone.txt"))


# --- encodings ------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_an_encoding_are_no_text(run, encoding):
    run(PAGE.encode(encoding))
    assert Profile.objects.get().footnotes.count() == 4


def test_an_old_page_is_read_as_windows_1252_with_a_warning(run):
    printed = run(make_page(text="Its “army” – née 1848 – says no.").encode("cp1252"))
    assert "Warning: Line 7: this is not UTF-8, so the file was read as Windows-1252" in printed
    assert Section.objects.get().body == "<p>Its “army” – née 1848 – says no.</p>"


# --- warnings ---------------------------------------------------------------------------


def test_doubts_of_the_reader_are_printed(run):
    printed = run(make_page(text="It said so.[1]", notes="[1] Letter.\n\nBack to the top"))
    assert "Warning: Line 11: “Back to the top” was taken as part of note 1." in printed


# --- a whole page -------------------------------------------------------------------------


def test_a_page_is_published_with_its_28_notes(run, united_states):
    printed = run(united_states.read_bytes(), "--publish")
    assert "4 facts, 2 sections, 28 notes" in printed
    edition = Edition.objects.get()
    shown = edition.rendered()
    assert (edition.last_updated, edition.change_note) == (date(2010, 10, 18), FIRST)
    assert shown.overview_heading == "Mine ban policy overview"
    assert [note.number for note in shown.notes] == list(range(1, 29))
    assert shown.notes[8].refers_to == shown.notes[7]
    assert shown.sections[0].html.count("<blockquote>") == 1
    assert "Email Notification" not in str(edition.snapshot)
    before = state()
    run(united_states.read_bytes(), "--publish")
    assert state() == before
