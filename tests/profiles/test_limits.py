"""How long a text may be is said at its place, in the admin and on import; nothing typed is lost, and nothing is cut."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from monitor.models import SitePage
from profiles import limits, richtext
from profiles.admin.publishing import PublishForm, WithdrawForm
from profiles.models import Profile
from profiles.review.publishing import Unpublishable
from tests.factories import make_country, make_profile, make_site_page, make_superuser, make_theme, make_topic, publish
from tests.forms import fields_of
from tests.profiles.pages import make_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    client = Client()
    client.force_login(make_superuser())
    return client


FIELDS = [("facts-0-value", limits.FACT), ("sections-0-body", limits.BODY), ("footnotes-0-text", limits.NOTE)]


def change_page(profile):
    return reverse("admin:profiles_profile_change", args=[profile.pk])


def opened(editor, profile):
    return fields_of(editor.get(change_page(profile)), "profile_form")


def profile_with_all():
    make_topic(label="Status")
    return make_profile(facts={"Status": "Unknown"}, notes={"0b1e8c1e-52b6-4d3e-9f58-0f6f5d1d2f10": "Letter."})


@pytest.mark.parametrize(("field", "limit"), FIELDS)
def test_what_is_too_long_is_refused_at_its_place_and_stays_in_the_form(editor, field, limit):
    profile = profile_with_all()
    text = "word " * (limit // 5) + "end."
    response = editor.post(change_page(profile), {**opened(editor, profile), field: text})
    assert response.status_code == 200
    form = next(f for i in response.context["inline_admin_formsets"] for f in i.formset if field.startswith(f.prefix))
    assert f"and {limit} are the most: shorten or divide it." in form.errors[field.rpartition("-")[2]][0]
    assert fields_of(response, "profile_form")[field] == text
    assert profile.content() == Profile.objects.get().content()


@pytest.mark.parametrize(("field", "limit"), FIELDS)
def test_what_is_as_long_as_may_be_is_stored(editor, field, limit):
    profile = profile_with_all()
    text = "words " * (limit // 6 - 1) + "end."
    assert editor.post(change_page(profile), {**opened(editor, profile), field: text}).status_code == 302
    assert "end." in str(Profile.objects.get().content())


@pytest.mark.parametrize(("field", "_limit"), FIELDS)
def test_what_is_far_too_long_is_not_even_cleaned(editor, field, _limit, monkeypatch):
    profile = profile_with_all()
    data = opened(editor, profile)
    read = []
    through = richtext._parsed
    monkeypatch.setattr(richtext, "_parsed", lambda html: (read.append(len(html)), through(html))[1])
    text = "&<b>" * 500_000
    response = editor.post(change_page(profile), {**data, field: text})
    assert max(read) <= limits.READ
    assert b"are the most" in response.content
    assert fields_of(response, "profile_form")[field].startswith("&amp;&lt;b&gt;")


def test_a_site_page_has_the_same_limit(editor):
    page = make_site_page(body="<p>Old.</p>")
    url = reverse("admin:monitor_sitepage_change", args=[page.pk])
    data = fields_of(editor.get(url), "sitepage_form")
    assert b"are the most" in editor.post(url, {**data, "body": "a" * (limits.BODY + 1)}).content
    assert SitePage.objects.get().body == "<p>Old.</p>"


def test_notes_to_the_public_are_short():
    for form, field in (
        (PublishForm({"kind": "correction", "note": "a" * 2001}), "note"),
        (WithdrawForm({"reason": "a" * 2001}), "reason"),
    ):
        assert "2000 are the most" in form.errors[field][0]
        assert "maxlength" not in str(form[field])
    profile = make_profile()
    with pytest.raises(Unpublishable, match="2000 are the most"):
        publish(profile, note="a" * 2001)
    publish(profile, note="a" * 2000)


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (make_page(text="word " * (limits.BODY // 5 + 1)), "Lead"),
        (make_page(text="So.[1]", notes="[1] " + "word " * 4_001), "word word"),
    ],
)
def test_an_import_says_which_text_is_too_long_and_stores_nothing(page, place, tmp_path):
    make_country(iso3="RUR", name="Ruritania", slug="ruritania")
    make_theme()
    file = tmp_path / "page.txt"
    file.write_text(page)
    with pytest.raises(CommandError, match=f"“{place}.*are the most: shorten or divide it."):
        call_command("import_profile", file, stdout=StringIO(), stderr=StringIO())
    assert not Profile.objects.exists()
