"""What the demonstration shows: profiles that hold, and accounts made once."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from monitor.demo import loading, staff
from profiles.footnotes import keys_in
from profiles.models import Country, Edition, Profile
from profiles.review.checks import Level, check
from tests.factories import make_live_profile, make_theme


def run(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


@pytest.fixture
def reference(db) -> None:
    run("load_reference")


@pytest.fixture
def demo(reference) -> None:
    run("load_demo")


def test_every_page_becomes_an_edition_and_a_second_run_writes_nothing(demo):
    assert Edition.objects.count() == len(loading.pages())
    assert Profile.objects.live().count() == Profile.objects.count()
    assert Country.objects.filter(profiles__isnull=False).distinct().count() >= 8
    assert Profile.objects.values("theme").distinct().count() >= 3

    later = list(Edition.objects.filter(number__gt=1))
    assert sum(not edition.is_correction for edition in later) >= 3
    assert any(edition.is_correction for edition in later)
    assert all(edition.change_note for edition in later)

    lithuania = Profile.objects.at("lithuania", "cluster-munition-ban-policy").get()
    dates = [str(edition.last_updated) for edition in lithuania.editions.order_by("number")]
    assert dates == ["2024-09-10", "2025-03-10"]
    assert str(lithuania.last_updated) == "2025-03-10"

    assert "nothing was written" in run("load_demo")
    assert Edition.objects.count() == len(loading.pages())


def test_every_edition_holds_what_an_editor_would_ask_of_it(demo):
    for edition in Edition.objects.all():
        content = edition.content
        problems = [str(problem) for problem in check(content) if problem.level < Level.HINTS]
        assert not problems, edition
        cited = {key for body in content.bodies() for key in keys_in(body)}
        assert cited == {note.key for note in content.footnotes}, edition
        assert len(cited) >= 5, edition
        assert content.facts, edition
        assert all(fact.value for fact in content.facts), edition


def test_a_profile_that_is_there_is_left_alone(reference):
    make_live_profile(country=Country.objects.get(iso2="NO"), theme=make_theme(slug="cluster-munition-ban-policy"))
    run("load_demo")
    assert Profile.objects.at("norway", "cluster-munition-ban-policy").get().editions.count() == 1


def test_the_profile_of_the_seed_is_not_among_them():
    assert ("US", "mine-ban-policy") not in {(page.country, page.theme) for page in loading.pages()}


def test_accounts_are_made_once_each_in_its_group(reference):
    passwords = staff.make_missing()
    assert set(passwords) == {"researcher", "editor", "admin"}
    assert len(set(passwords.values())) == 3
    editor = User.objects.get(username="editor")
    assert editor.check_password(passwords["editor"])
    assert editor.has_perm("profiles.publish_profile")
    assert not User.objects.get(username="researcher").has_perm("profiles.publish_profile")
    assert staff.make_missing() == {}
