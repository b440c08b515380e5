"""The change page of a profile, as its form is sent: what is stored, what is asked again, what is refused."""

import re
from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse

from profiles.footnotes import marker
from profiles.models import Fact, Profile, Section
from tests.factories import (
    make_country,
    make_live_profile,
    make_profile,
    make_staff,
    make_superuser,
    make_theme,
    make_topic,
    publish,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

EDITING = [
    "profiles.add_profile",
    "profiles.change_profile",
    "profiles.view_profile",
    *(
        f"profiles.{act}_{row}"
        for act in ("add", "change", "delete", "view")
        for row in ("fact", "section", "footnote")
    ),
    *(f"profiles.view_{row}" for row in ("edition", "country", "region", "theme", "topic")),
]
PUBLISHING = [*EDITING, "profiles.publish_profile"]


def make_researcher(**fields):
    return make_staff(*EDITING, **fields)


@pytest.fixture
def researcher(client):
    user = make_researcher(username="ben", first_name="Ben", last_name="Okri")
    client.force_login(user)
    return user


def change_page(profile):
    return reverse("admin:profiles_profile_change", args=[profile.pk])


def opened(client, profile):
    """What the change page would send if saved at once."""
    return fields_of(client.get(change_page(profile)), "profile_form")


def saved(client, profile, data, **typed):
    return client.post(change_page(profile), {**data, **typed, "_continue": "1"})


def row_of(data, prefix, instance):
    """The number of the form that carries this row."""
    return next(
        name.split("-")[1]
        for name, value in data.items()
        if name.startswith(prefix) and name.endswith("-id") and value == str(instance.pk)
    )


def cited_profile(notes=3):
    """One section that cites all of its notes in order."""
    keys = [uuid4() for _ in range(notes)]
    body = "".join(f"<p>Sentence {n}.{marker(key)}</p>" for n, key in enumerate(keys, start=1))
    profile = make_profile(body=body, notes={key: f"Source {n}." for n, key in enumerate(keys, start=1)})
    profile.renumber()
    return profile, keys


# --- saving --------------------------------------------------------------------


def test_the_researchers_of_load_reference_are_those_of_these_tests():
    call_command("load_reference")
    group = Group.objects.get(name="Researchers")
    names = {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}
    assert set(EDITING) == names


def test_saving_an_untouched_page_changes_nothing_but_the_version(client, researcher):
    profile, _keys = cited_profile()
    before = profile.content()
    response = saved(client, profile, opened(client, profile))
    assert response.status_code == 302
    profile.refresh_from_db()
    assert profile.content() == before
    assert (profile.lock_version, profile.edited_by) == (1, researcher)


def test_facts_sections_and_notes_are_stored_together(client, researcher):
    topic = make_topic(label="Mine Ban Treaty status")
    profile, keys = cited_profile(notes=1)
    new = uuid4()
    data = opened(client, profile)
    response = saved(
        client,
        profile,
        data,
        overview_heading="Overview of policy",
        **{
            "facts-0-value": f"State Party{marker(new)}",
            "sections-TOTAL_FORMS": "2",
            "sections-1-heading": "Use",
            "sections-1-body": "<p>None.</p>",
            "sections-1-position": "1",
            "footnotes-TOTAL_FORMS": "2",
            "footnotes-1-key": str(new),
            "footnotes-1-text": "Treaty <em>Collection</em>.",
        },
    )
    assert response.status_code == 302
    content = Profile.objects.get().content()
    assert content.overview_heading == "Overview of policy"
    assert [(fact.label, fact.value) for fact in content.facts] == [(topic.label, f"State Party{marker(new, 1)}")]
    assert [section.heading for section in content.sections] == ["", "Use"]
    assert marker(keys[0], 2) in content.sections[0].body
    assert marker(keys[0], 2) in Section.objects.get(heading="").body
    assert {note.text for note in content.footnotes} == {"Source 1.", "Treaty <em>Collection</em>."}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2010-10-17", "never goes back"),
        ("2030-01-01", "cannot lie in the future"),
        ("26-11-2026", "year-month-day, such as 2010-10-18"),
        ("0026-11-25", "never goes back"),
    ],
)
def test_a_date_that_publishing_would_refuse_is_refused_where_it_is_typed(client, researcher, typed, sentence):
    profile = make_live_profile(on=date(2010, 10, 18))
    with time_machine.travel("2026-11-25", tick=False):
        response = saved(client, profile, opened(client, profile), proposed_date=typed)
    assert sentence in str(response.context["adminform"].form.errors["proposed_date"])
    assert f'value="{typed}"' in response.content.decode()
    assert Profile.objects.get().proposed_date is None


@pytest.mark.parametrize("typed", ["2010-10-18", "2026-11-25", ""])
def test_a_date_that_can_be_published_is_stored(client, researcher, typed):
    profile = make_live_profile(on=date(2010, 10, 18))
    with time_machine.travel("2026-11-25", tick=False):
        assert saved(client, profile, opened(client, profile), proposed_date=typed).status_code == 302
    assert str(Profile.objects.get().proposed_date or "") == typed


def test_a_stored_date_that_grew_impossible_hinders_no_other_save(client, researcher):
    profile = make_live_profile(on=date(2010, 10, 18))
    Profile.objects.update(proposed_date=date(2009, 1, 1))
    assert saved(client, profile, opened(client, profile), overview_heading="Overview").status_code == 302
    assert Profile.objects.get().proposed_date == date(2009, 1, 1)


def test_what_is_not_safe_is_gone_before_it_is_stored(client, researcher):
    profile = make_profile()
    data = opened(client, profile)
    saved(client, profile, data, **{"sections-0-body": '<p onclick="x()">A<script>alert(1)</script></p>'})
    assert profile.sections.get().body == "<p>A</p>"


def test_sections_are_stored_in_the_order_of_the_page(client, researcher):
    profile = make_profile(heading="One")
    Section.objects.create(profile=profile, heading="Two", position=1)
    data = opened(client, profile)
    saved(client, profile, data, **{"sections-0-position": "1", "sections-1-position": "0"})
    assert [section.heading for section in profile.sections.all()] == ["Two", "One"]


def test_the_topics_of_the_theme_stand_ready_and_empty_ones_are_not_stored(client, researcher):
    for position, label in enumerate(["Status", "Legislation"]):
        make_topic(label=label, position=position)
    make_topic(theme=make_theme(slug="mine-action", name="Mine Action"), label="Contamination")
    profile = make_profile()
    response = client.get(change_page(profile))
    forms = response.context["inline_admin_formsets"][0].formset.forms
    assert [form.label for form in forms] == ["Status", "Legislation"]
    data = fields_of(response, "profile_form")
    saved(client, profile, data, **{"facts-1-value": "Act of 1998"})
    assert [(fact.topic.label, fact.value) for fact in profile.facts.all()] == [("Legislation", "Act of 1998")]


def test_a_fact_that_was_emptied_is_no_fact_any_more(client, researcher):
    profile = make_profile(facts={"Status": "Unknown"})
    saved(client, profile, opened(client, profile), **{"facts-0-value": "<br>&nbsp;"})
    assert not profile.facts.exists()


def test_a_topic_of_another_theme_is_refused(client, researcher):
    make_topic(label="Status")
    other = make_topic(theme=make_theme(slug="mine-action", name="Mine Action"), label="Contamination")
    profile = make_profile()
    data = opened(client, profile)
    response = saved(client, profile, data, **{"facts-0-topic": str(other.pk), "facts-0-value": "Heavy"})
    assert "does not belong" in response.content.decode()
    assert not Fact.objects.exists()


def test_a_row_of_another_profile_cannot_be_reached(client, researcher):
    mine = make_profile()
    other = make_profile(country=make_country(iso3="COL", name="Colombia", slug="colombia"), body="<p>Theirs.</p>")
    data = opened(client, mine)
    saved(client, mine, data, **{"sections-0-id": str(other.sections.get().pk), "sections-0-body": "<p>Mine.</p>"})
    assert other.sections.get().body == "<p>Theirs.</p>"


def test_a_removed_section_and_a_removed_note_are_gone(client, researcher):
    profile = make_profile(heading="One", notes={uuid4(): "Not cited."})
    Section.objects.create(profile=profile, heading="Two", position=1)
    saved(client, profile, opened(client, profile), **{"sections-0-DELETE": "on", "footnotes-0-DELETE": "on"})
    assert [section.heading for section in profile.sections.all()] == ["Two"]
    assert not profile.footnotes.exists()


def test_notes_stand_in_the_order_of_the_text_and_unused_ones_last(client, researcher):
    first, second, unused = uuid4(), uuid4(), uuid4()
    notes = {unused: "Nobody.", second: "Second.", first: "First."}
    profile = make_profile(body=f"<p>A{marker(first)} B{marker(second)}</p>", notes=notes)
    response = client.get(change_page(profile))
    forms = response.context["inline_admin_formsets"][2].formset.in_order()
    assert [(form.number, form.instance.text) for form in forms] == [(1, "First."), (2, "Second."), (None, "Nobody.")]


def test_what_is_said_of_a_note_leads_to_that_note(client, researcher):
    profile = make_profile(notes={uuid4(): "Cited nowhere.", uuid4(): ""})
    page = client.get(change_page(profile)).content.decode()
    leads_to = re.findall(r'href="#([^"]+)"', page.partition('class="state"')[2])
    assert {f"note-{note.key}" for note in profile.footnotes.all()} == {
        target for target in leads_to if "note-" in target
    }
    assert all(page.count(f'id="{target}"') == 1 for target in leads_to if "note-" in target)


def test_a_withdrawn_profile_is_not_said_to_be_read(client, researcher):
    profile = make_live_profile()
    assert "Readers see “Last updated" in client.get(change_page(profile)).content.decode()
    profile.withdraw(reason="A source was in danger.")
    assert "Readers see “Last updated" not in client.get(change_page(profile)).content.decode()


def test_a_profile_with_300_notes_saves_and_asks_the_database_no_more_for_them(
    client, researcher, django_assert_max_num_queries
):
    profile, keys = cited_profile(notes=300)
    data = opened(client, profile)
    assert len(data) < 300 * 5 + 50
    with django_assert_max_num_queries(45):
        assert saved(client, profile, data, overview_heading="Overview").status_code == 302
    note = profile.footnotes.get(key=keys[150])
    data = opened(client, profile)
    field = f"footnotes-{row_of(data, 'footnotes', note)}-text"
    with django_assert_max_num_queries(50):
        assert saved(client, profile, data, **{field: "Mended."}).status_code == 302
    note.refresh_from_db()
    assert note.text == "Mended."
    assert profile.footnotes.count() == 300


def test_the_change_page_asks_the_same_number_of_queries_for_3_and_for_60_notes(
    client, researcher, django_assert_max_num_queries
):
    profile, _keys = cited_profile(notes=60)
    with django_assert_max_num_queries(30):
        client.get(change_page(profile))


def test_a_save_is_written_into_the_history(client, researcher):
    profile = make_profile()
    saved(client, profile, opened(client, profile), **{"sections-0-body": "<p>New.</p>"})
    assert "section" in LogEntry.objects.get().get_change_message()


@pytest.mark.parametrize("page", ["preview", "publish"])
def test_saving_may_lead_to_the_next_page(client, page):
    client.force_login(make_staff(*PUBLISHING))
    profile = make_profile()
    response = client.post(change_page(profile), {**opened(client, profile), f"_{page}": "1"})
    assert response["Location"] == reverse(f"admin:profiles_profile_{page}", args=[profile.pk])


# --- two who save --------------------------------------------------------------


def test_the_second_saver_keeps_both_texts_and_sees_who_saved(client, researcher):
    profile = make_profile(body="<p>Read by both.</p>")
    data = opened(client, profile)
    ana = make_researcher(username="ana", first_name="Ana", last_name="Lima")
    profile.claim(0, by=ana)
    profile.sections.update(body="<p>Written by Ana.</p>")

    response = saved(client, profile, data, **{"sections-0-body": "<p>Written by Ben.</p>"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Ana Lima saved" in page
    assert "Written by Ana." in page
    assert "Written by Ben." in page
    assert profile.sections.get().body == "<p>Written by Ana.</p>"

    again = fields_of(response, "profile_form")
    assert again["sections-0-body"] == "<p>Written by Ben.</p>"
    assert saved(client, profile, again).status_code == 200  # not without saying so
    assert profile.sections.get().body == "<p>Written by Ana.</p>"
    assert saved(client, profile, again, save_over="1").status_code == 302
    assert profile.sections.get().body == "<p>Written by Ben.</p>"


def test_saving_over_keeps_what_the_other_changed_elsewhere(client, researcher):
    profile = make_profile(heading="One", body="<p>First.</p>")
    Section.objects.create(profile=profile, heading="Two", body="<p>Second.</p>", position=1)
    data = opened(client, profile)
    profile.claim(0, by=make_staff(username="ana"))
    profile.sections.filter(heading="Two").update(body="<p>Second, by Ana.</p>")
    profile.sections.filter(heading="One").update(heading="One, says Ana")
    Section.objects.create(profile=profile, heading="Three, by Ana", position=2)

    response = saved(client, profile, data, **{"sections-0-body": "<p>First, by Ben.</p>"}, save_over="1")
    assert response.status_code == 302
    rows = [(section.heading, section.body) for section in profile.sections.all()]
    assert rows == [
        ("One, says Ana", "<p>First, by Ben.</p>"),
        ("Two", "<p>Second, by Ana.</p>"),
        ("Three, by Ana", ""),
    ]


def test_a_tick_agrees_to_the_version_that_was_shown_and_to_no_later_one(client, researcher):
    profile = make_profile()
    data = opened(client, profile)
    ana = make_staff(username="ana")
    profile.claim(0, by=ana)
    profile.claim(1, by=ana)
    response = saved(client, profile, data, **{"sections-0-body": "<p>Ben.</p>"}, save_over="1")
    assert response.status_code == 200
    assert 'name="save_over" value="2"' in response.content.decode()


@pytest.mark.parametrize(("typed", "remain"), [("<p>Ben.</p>", ["<p>Ben.</p>"]), (None, [])])
def test_a_row_that_the_other_took_out_comes_back_only_if_it_was_edited_here(client, researcher, typed, remain):
    profile = make_profile(body="<p>Read by both.</p>")
    data = opened(client, profile)
    profile.claim(0, by=make_staff(username="ana"))
    profile.sections.all().delete()
    typed = {"sections-0-body": typed} if typed else {}
    response = saved(client, profile, data, **typed, save_over="1")
    assert response.status_code == 302
    assert [section.body for section in profile.sections.all()] == remain


def test_two_who_state_the_same_fact_are_one_row_and_a_choice(client, researcher):
    make_topic(label="Status")
    profile = make_profile()
    data = opened(client, profile)
    profile.claim(0, by=make_staff(username="ana"))
    profile.facts.create(topic=profile.theme.topics.get(), value="Signatory, says Ana")
    response = saved(client, profile, data, **{"facts-0-value": "Acceded, says Ben"})
    page = response.content.decode()
    assert "Signatory, says Ana" in page
    assert "you both changed it" in page
    again = fields_of(response, "profile_form")
    assert saved(client, profile, again, save_over="1").status_code == 302
    assert [fact.value for fact in profile.facts.all()] == ["Acceded, says Ben"]


def test_a_fact_that_the_other_stated_stays_where_nothing_was_typed(client, researcher):
    make_topic(label="Status")
    profile = make_profile()
    data = opened(client, profile)
    profile.claim(0, by=make_staff(username="ana"))
    profile.facts.create(topic=profile.theme.topics.get(), value="Signatory, says Ana")
    response = saved(client, profile, data)
    assert "their change is kept" in response.content.decode()
    assert saved(client, profile, data, save_over="1").status_code == 302
    assert [fact.value for fact in profile.facts.all()] == ["Signatory, says Ana"]


def test_a_save_of_one_note_alone_counts_as_a_save(client, researcher):
    profile, _keys = cited_profile(notes=1)
    data = opened(client, profile)
    assert saved(client, profile, data, **{"footnotes-0-text": "Ana's."}).status_code == 302
    assert saved(client, profile, data, **{"footnotes-0-text": "Ben's."}).status_code == 200


def test_a_form_without_its_version_is_asked_again(client, researcher):
    profile = make_profile()
    data = opened(client, profile)
    del data["lock_version"]
    assert saved(client, profile, data).status_code == 200


# --- markers that would be lost -------------------------------------------------


def test_a_save_that_loses_markers_asks_first(client, researcher):
    profile, keys = cited_profile(notes=3)
    data = opened(client, profile)
    stripped = {"sections-0-body": "<p>Sentence 1.[1]</p><p>Sentence 2.[2]</p><p>Sentence 3.[3]</p>"}
    response = saved(client, profile, data, **stripped)
    page = response.content.decode()
    assert "last marks of 3 footnotes" in page
    assert "Source 2." in page
    assert str(keys[0]) in profile.sections.get().body

    again = fields_of(response, "profile_form")
    tick = response.context["notes"].losing_id
    assert saved(client, profile, again, lose_markers=tick).status_code == 302
    assert str(keys[0]) not in profile.sections.get().body
    assert profile.footnotes.count() == 3


def test_a_tick_for_one_lost_marker_does_not_agree_to_losing_all(client, researcher):
    profile, keys = cited_profile(notes=3)
    data = opened(client, profile)
    one_less = data["sections-0-body"].replace(marker(keys[2], 3), "")
    tick = saved(client, profile, data, **{"sections-0-body": one_less}).context["notes"].losing_id
    response = saved(client, profile, data, **{"sections-0-body": "<p>None.</p>"}, lose_markers=tick)
    assert response.status_code == 200
    assert profile.footnotes.count() == 3


def test_a_marker_that_moves_or_whose_note_is_removed_with_it_is_not_lost(client, researcher):
    profile, keys = cited_profile(notes=2)
    Section.objects.create(profile=profile, heading="Two", position=1)
    data = opened(client, profile)
    note = row_of(data, "footnotes", profile.footnotes.get(key=keys[1]))
    response = saved(
        client,
        profile,
        data,
        **{
            "sections-0-body": "<p>Nothing.</p>",
            "sections-1-body": f"<p>Moved.{marker(keys[0])}</p>",
            f"footnotes-{note}-DELETE": "on",
        },
    )
    assert response.status_code == 302


# --- a new profile, and one that is public ---------------------------------------


def test_a_new_profile_begins_with_its_address_and_goes_on_to_its_text(client, researcher):
    country, theme = make_country(), make_theme()
    add = reverse("admin:profiles_profile_add")
    assert b"facts-TOTAL_FORMS" not in client.get(add).content
    response = client.post(add, {"country": country.pk, "theme": theme.pk, "language": "en"})
    profile = Profile.objects.get()
    assert response["Location"] == change_page(profile)
    assert profile.edited_by == researcher


def test_a_second_profile_at_one_address_is_refused_in_words(client, researcher):
    profile = make_profile()
    data = {"country": profile.country.pk, "theme": profile.theme.pk, "language": "en"}
    response = client.post(reverse("admin:profiles_profile_add"), data)
    assert "already exists" in response.content.decode()


def test_a_published_address_cannot_be_changed(client, researcher):
    profile = make_live_profile()
    other = make_country(iso3="COL", name="Colombia", slug="colombia")
    data = opened(client, profile)
    assert "country" not in data
    saved(client, profile, data, country=other.pk)
    assert Profile.objects.get().country == profile.country


def test_saving_touches_nothing_that_is_public(client, researcher):
    profile = make_live_profile()
    data = opened(client, profile)
    publish(profile, on=date(2011, 1, 1), note="Votes added.")
    assert saved(client, profile, data, proposed_date="2012-02-03").status_code == 302
    profile.refresh_from_db()
    assert profile.last_updated == date(2011, 1, 1)
    assert profile.live_edition.number == 2
    assert profile.proposed_date == date(2012, 2, 3)


def test_a_published_profile_is_not_deleted_and_the_reader_of_that_is_told_what_to_do(client):
    client.force_login(make_superuser())
    profile = make_live_profile()
    response = client.post(reverse("admin:profiles_profile_delete", args=[profile.pk]), {"post": "yes"}, follow=True)
    assert "Withdraw it instead" in response.content.decode()
    assert Profile.objects.exists()


def test_one_who_may_only_look_sees_the_text_without_an_editor(client):
    client.force_login(make_staff(*(f"profiles.view_{row}" for row in ("profile", "fact", "section", "footnote"))))
    profile = make_profile(body="<p>Plain.</p>")
    page = client.get(change_page(profile)).content.decode()
    assert "Plain." in page
    assert "ckeditortype" not in page
    assert client.post(change_page(profile), {}).status_code == 403


# --- lists -----------------------------------------------------------------------


def test_the_list_says_what_waits(client, researcher, django_assert_max_num_queries):
    waiting = make_live_profile()
    waiting.claim(0, by=researcher)
    new = make_profile(country=make_country(iso3="COL", name="Colombia", slug="colombia"))
    gone = make_live_profile(country=make_country(iso3="ALB", name="Albania", slug="albania"))
    gone.withdraw(reason="A source asked for it.")
    published = make_live_profile(country=make_country(iso3="PER", name="Peru", slug="peru"))
    url = reverse("admin:profiles_profile_changelist")
    with django_assert_max_num_queries(12):
        page = client.get(url).content.decode()
    assert all(word in page for word in ("changes wait", "never published", "withdrawn", "published"))
    for state, profile in {"waiting": waiting, "new": new, "withdrawn": gone, "published": published}.items():
        found = client.get(url, {"state": state}).context["cl"].queryset
        assert list(found) == [profile]


def test_the_list_is_searched_through_texts_and_notes(client, researcher):
    profile = make_profile(
        heading="Stockpiling", facts={"Status": "Signatory"}, notes={uuid4(): "Landmine Report 1999"}
    )
    make_profile(country=make_country(iso3="COL", name="Colombia", slug="colombia"))
    url = reverse("admin:profiles_profile_changelist")
    for words in ("stockpiling", "signatory", "1999 united", "acceded landmine"):
        assert profile in client.get(url, {"q": words}).context["cl"].queryset
    assert not client.get(url, {"q": "landmine colombia"}).context["cl"].queryset


@pytest.mark.parametrize("model", ["profile", "edition", "country", "region", "theme", "topic"])
def test_every_page_of_the_room_opens(client, model, django_assert_max_num_queries):
    client.force_login(make_superuser())
    row = make_live_profile(facts={"Status": "Unknown"})
    pk = {
        "profile": row.pk,
        "edition": row.live_edition.pk,
        "country": row.country.pk,
        "region": row.country.region.pk,
        "theme": row.theme.pk,
        "topic": row.theme.topics.get().pk,
    }[model]
    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:profiles_{model}_changelist")).status_code == 200
    response = client.get(reverse(f"admin:profiles_{model}_change", args=[pk]))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    if model != "edition":
        assert client.get(reverse(f"admin:profiles_{model}_add")).status_code == 200


def test_editions_are_read_as_text_and_never_changed(client):
    client.force_login(make_superuser())
    edition = make_live_profile(body="<p>As it was <em>then</em>.</p>").live_edition
    url = reverse("admin:profiles_edition_change", args=[edition.pk])
    page = client.get(url).content.decode()
    assert "<p>As it was <em>then</em>.</p>" in page
    assert "sha" not in page
    assert client.post(url, {"change_note": "Rewritten."}).status_code == 403
    assert client.get(reverse("admin:profiles_edition_add")).status_code == 403
    assert client.post(reverse("admin:profiles_edition_delete", args=[edition.pk])).status_code == 403
