"""Preview, publish and withdraw: what an editor sees, says, and cannot do by accident."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from profiles.footnotes import marker
from profiles.models import Edition, Profile
from tests.factories import make_live_profile, make_profile, make_staff, publish
from tests.forms import fields_of
from tests.profiles.test_admin import EDITING, PUBLISHING

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make_staff(*PUBLISHING, username="eva")
    client.force_login(user)
    return user


def page_of(name, profile):
    return reverse(f"admin:profiles_profile_{name}", args=[profile.pk])


def opened(client, profile):
    fields = fields_of(client.get(page_of("publish", profile)))
    return {
        name: value for name, value in fields.items() if name in {"kind", "last_updated", "note", "newest", "version"}
    }


def sent(client, profile, data, **said):
    return client.post(page_of("publish", profile), {**data, **said})


# --- preview -------------------------------------------------------------------


def test_the_preview_shows_the_working_copy_as_readers_would_see_it(client):
    client.force_login(make_staff(*EDITING))
    key = uuid4()
    profile = make_live_profile(body="<p>Published.</p>")
    profile.sections.update(body=f"<p>Draft.{marker(key)} Unknown.{marker(uuid4())}</p>")
    profile.footnotes.create(key=key, text="A source.")
    before = Profile.objects.values().get()
    response = client.get(page_of("preview", profile))
    page = response.content.decode()
    assert "Draft." in page
    assert 'href="#n-1"' in page
    assert "[?]" in page
    assert "Published." not in page
    assert str(key) not in page
    assert "no-store" in response["Cache-Control"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert Profile.objects.values().get() == before
    assert client.post(page_of("preview", profile)).status_code == 405


def test_a_preview_is_for_those_who_may_edit(client):
    profile = make_profile()
    url = page_of("preview", profile)
    assert "/login/" in client.get(url)["Location"]
    client.force_login(make_staff("profiles.view_profile"))
    assert client.get(url).status_code == 403


# --- publish -------------------------------------------------------------------


def test_publishing_makes_an_edition_leads_to_it_and_is_written_down(client, editor):
    profile = make_profile(proposed_date=date(2010, 10, 18))
    data = opened(client, profile)
    assert (data["kind"], data["last_updated"]) == ("substantive", "2010-10-18")
    response = client.post(page_of("publish", profile), data, follow=True)
    page = response.content.decode()
    assert "Edition 1 of United States: Mine Ban Policy is live." in page
    assert f'<a href="{profile.get_absolute_url()}">' in page
    edition = Edition.objects.get()
    assert (edition.published_by, edition.last_updated) == (editor, date(2010, 10, 18))
    assert "Published edition 1." in LogEntry.objects.get().get_change_message()


def test_without_a_proposed_date_today_is_offered_and_the_kind_is_not_guessed(client, editor):
    data = opened(client, make_live_profile())
    assert data["last_updated"] == timezone.localdate().isoformat()
    assert "kind" not in data


def test_every_reason_not_to_publish_is_shown_and_what_was_typed_is_kept(client, editor):
    profile = make_live_profile()
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = sent(client, profile, opened(client, profile), kind="substantive", last_updated=tomorrow, note="")
    page = response.content.decode()
    assert "needs a change note" in page
    assert "cannot lie in the future" in page
    assert f'value="{tomorrow.isoformat()}"' in page
    response = sent(client, profile, opened(client, profile), kind="correction", note="A comma & more.")
    assert "Nothing has changed" in response.content.decode()
    assert "A comma &amp; more." in response.content.decode()
    assert profile.editions.count() == 1


def test_a_date_that_is_none_is_told_at_its_field(client, editor):
    profile = make_profile()
    response = sent(client, profile, opened(client, profile), last_updated="18 Octember")
    assert "year-month-day, such as 2010-10-18" in response.content.decode()
    assert not profile.editions.exists()


def test_a_cited_note_that_is_missing_stands_among_the_problems(client, editor):
    profile = make_profile(body=f"<p>Not acceded.{marker(uuid4())}</p>")
    response = client.get(page_of("publish", profile))
    labels = [str(label) for label, _found in response.context["problems"]]
    assert labels[0] == "These have to be mended first"
    sent(client, profile, opened(client, profile))
    assert not profile.editions.exists()


def test_an_ibid_whose_predecessor_changed_wants_a_tick(client, editor):
    first, ibid = uuid4(), uuid4()
    body = f"<p>One.{marker(first)} Two.{marker(ibid)}</p>"
    profile = make_live_profile(body=body, notes={first: "Report 1999.", ibid: "Ibid."})
    profile.footnotes.filter(key=first).update(text="Report 2000.")
    data = opened(client, profile)
    response = sent(client, profile, data, kind="correction")
    assert profile.editions.count() == 1
    assert 'name="confirmed"' in response.content.decode()
    assert sent(client, profile, data, kind="correction", confirmed="on").status_code == 302
    assert profile.editions.count() == 2


def test_the_page_says_how_many_will_be_told(client, editor):
    assert "told to 0 subscribers" in client.get(page_of("publish", make_profile())).content.decode()


def test_what_changed_since_the_last_edition_is_listed(client, editor):
    profile = make_live_profile(heading="Use")
    profile.sections.update(body="<p>Acceded.</p>")
    changes = client.get(page_of("publish", profile)).context["changes"]
    assert [(part.name, part.happened) for part in changes] == [("Use", "changed")]


def test_a_second_click_makes_no_second_edition(client, editor):
    profile = make_profile()
    data = opened(client, profile)
    assert sent(client, profile, data).status_code == 302
    response = sent(client, profile, data, last_updated="2009-01-01", note="Again.")
    assert "eva published edition 1" in response.content.decode()
    assert profile.editions.count() == 1


def test_text_that_was_saved_since_is_not_published_unseen(client, editor):
    profile = make_profile()
    data = opened(client, profile)
    profile.claim(0, by=make_staff(username="ana"))
    response = sent(client, profile, data)
    assert "ana saved the text" in response.content.decode()
    assert not profile.editions.exists()
    again = fields_of(response)
    assert again["version"] == "1"
    assert client.post(page_of("publish", profile), again).status_code == 302
    assert profile.editions.count() == 1


@pytest.mark.parametrize("name", ["publish", "withdraw"])
def test_researchers_do_not_publish_or_withdraw(client, name):
    profile = make_live_profile()
    client.force_login(make_staff(*EDITING))
    assert client.get(page_of(name, profile)).status_code == 403
    assert client.post(page_of(name, profile), {"reason": "No."}).status_code == 403
    page = client.get(reverse("admin:profiles_profile_change", args=[profile.pk])).content.decode()
    assert page_of(name, profile) not in page
    assert "_publish" not in page


def test_a_profile_that_is_not_there_is_not_found(client, editor):
    assert client.get(reverse("admin:profiles_profile_publish", args=[4711])).status_code == 404


# --- withdraw ------------------------------------------------------------------


def test_withdrawing_takes_a_public_reason(client, editor):
    profile = make_live_profile()
    response = client.post(page_of("withdraw", profile), {"reason": " "})
    assert "This field is required." in response.content.decode()
    assert Profile.objects.live().exists()
    client.post(page_of("withdraw", profile), {"reason": "A source asked for it."})
    assert Profile.objects.get().withdrawal_reason == "A source asked for it."
    assert "A source asked for it." in LogEntry.objects.get().get_change_message()
    page = client.get(reverse("admin:profiles_profile_change", args=[profile.pk])).content.decode()
    assert "A source asked for it." in page


def test_there_is_nothing_to_withdraw_where_nothing_is_public(client, editor):
    response = client.get(page_of("withdraw", make_profile()), follow=True)
    assert "nothing to withdraw" in response.content.decode()


def test_publishing_again_ends_a_withdrawal(client, editor):
    profile = make_live_profile()
    profile.withdraw(reason="Merged.")
    publish(profile, on=date(2011, 1, 1), note="Back.")
    assert Profile.objects.get().is_live
