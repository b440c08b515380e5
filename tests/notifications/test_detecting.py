"""Which changes of a date become announcements, by whatever way the date was changed."""

import json
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from notifications.duties import detect, fan_out
from notifications.models import Announcement, Cursor
from profiles.models import Profile
from tests.clock import after, travel
from tests.factories import correction, make_countries, make_country, make_live_profile, make_profile, publish

pytestmark = pytest.mark.django_db

A, B, C = date(2010, 10, 18), date(2011, 3, 1), date(2012, 6, 30)
State = Announcement.State


@pytest.fixture
def seen():
    """A live profile of date A that was seen before."""
    profile = make_live_profile(on=A)
    detect()
    return profile


@pytest.fixture
def quiet(settings):
    settings.QUIET_MINUTES = 10


def dates():
    return list(Announcement.objects.order_by("sequence").values_list("from_date", "to_date", "state"))


def change(profile, to):
    Profile.objects.filter(pk=profile.pk).update(last_updated=to)
    return detect()


def by_publish_page(profile, tmp_path):
    publish(profile, on=B, note="Votes added.")


def by_save(profile, tmp_path):
    profile.last_updated = B
    profile.save()


def by_update(profile, tmp_path):
    Profile.objects.filter(pk=profile.pk).update(last_updated=B)


def by_bulk_update(profile, tmp_path):
    profile.last_updated = B
    Profile.objects.bulk_update([profile], ["last_updated"])


def by_sql(profile, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE profiles_profile SET last_updated = %s WHERE id = %s", ["2011-03-01", profile.pk])


def by_fixture(profile, tmp_path):
    path = tmp_path / "profile.json"
    call_command("dumpdata", "profiles.profile", output=str(path), verbosity=0)
    rows = json.loads(path.read_text())
    rows[0]["fields"]["last_updated"] = "2011-03-01"
    path.write_text(json.dumps(rows))
    call_command("loaddata", str(path), verbosity=0)


@pytest.mark.parametrize("way", [by_publish_page, by_save, by_update, by_bulk_update, by_sql, by_fixture])
def test_a_changed_date_is_seen_once_however_it_was_changed(seen, way, tmp_path):
    way(seen, tmp_path)
    assert detect() == 1
    assert detect() == 0
    assert dates() == [(A, B, State.OPEN)]


def test_the_first_sight_of_a_profile_is_silent():
    make_live_profile(on=A)
    assert detect() == 1
    assert not Announcement.objects.exists()
    assert Cursor.objects.get().announced == A


def test_a_profile_first_seen_with_two_editions_begins_at_its_first():
    profile = make_live_profile(on=A)
    publish(profile, on=B, note="Votes added.")
    detect()
    assert dates() == [(A, B, State.OPEN)]


def test_the_same_date_again_is_no_change(seen):
    assert change(seen, A) == 0
    assert not Announcement.objects.exists()


def test_a_correction_announces_nothing(seen):
    seen.sections.update(body="<p>Not yet acceded.</p>")
    seen.publish(by=None, change=correction())
    assert detect() == 0


def test_a_draft_is_never_seen(seen):
    make_profile(country=make_country(iso3="KHM", name="Cambodia", slug="cambodia"), proposed_date=B)
    Profile.objects.filter(pk=seen.pk).update(proposed_date=B)
    assert detect() == 0


def test_an_older_date_is_a_change_too(seen):
    change(seen, B)
    fan_out()
    change(seen, A)
    assert dates() == [(A, B, State.FANNED_OUT), (B, A, State.OPEN)]
    assert Announcement.objects.get(to_date=A).sets_back


def test_every_return_is_told_once_the_window_is_over(seen):
    for day in (B, A, B):
        change(seen, day)
        fan_out()
    assert [(start, end) for start, end, _state in dates()] == [(A, B), (B, A), (A, B)]


class TestNewsOfTheSameDay:
    """A second substantive edition of a day does not move the date."""

    def test_are_told_once(self, seen):
        edition = publish(seen, on=A, note="Votes added.")
        assert [detect(), detect()] == [1, 0]
        announcement = Announcement.objects.get()
        assert (announcement.from_date, announcement.to_date, announcement.edition) == (A, A, edition)
        fan_out()
        assert detect() == 0

    def test_and_those_after_them_again(self, seen):
        for note in ("Votes added.", "Casualties added."):
            publish(seen, on=A, note=note)
            detect()
            fan_out()
        assert [row.edition.change_note for row in Announcement.objects.order_by("sequence")] == [
            "Votes added.",
            "Casualties added.",
        ]

    @pytest.mark.usefixtures("quiet")
    def test_of_one_window_are_one_with_the_newest_note(self, seen):
        for note in ("Votes added.", "Casualties added."):
            publish(seen, on=A, note=note)
            detect()
        assert Announcement.objects.get().edition.change_note == "Casualties added."

    @pytest.mark.usefixtures("quiet")
    def test_that_came_after_the_last_look_wait_for_the_next(self, seen):
        publish(seen, on=A, note="Votes added.")
        detect()
        publish(seen, on=A, note="Casualties added.")
        with after(minutes=11):
            assert fan_out() == 0
            detect()
        assert Announcement.objects.get().edition.change_note == "Casualties added."

    @pytest.mark.usefixtures("quiet")
    def test_withdrawn_in_time_are_news_still_when_they_return(self, seen):
        publish(seen, on=A, note="Votes added.")
        detect()
        seen.refresh_from_db()
        seen.withdraw(reason="A source asked for it.")
        detect()
        seen.publish(by=None, change=correction())
        detect()
        assert dates() == [(A, A, State.WITHDRAWN), (A, A, State.OPEN)]

    def test_are_none_in_a_correction(self, seen):
        seen.sections.update(body="<p>Not yet acceded.</p>")
        seen.publish(by=None, change=correction())
        assert detect() == 0

    def test_are_told_again_after_older_rows_were_loaded(self, seen):
        publish(seen, on=A, note="Votes added.")
        detect()
        fan_out()
        Profile.objects.update(news_count=0)
        assert detect() == 0
        Profile.objects.update(news_count=1)
        assert detect() == 1

    def test_before_the_first_sight_begin_at_its_first_edition(self):
        profile = make_live_profile(on=A)
        publish(profile, on=A, note="Votes added.")
        detect()
        assert dates() == [(A, A, State.OPEN)]


@pytest.mark.usefixtures("quiet")
class TestWithinTheQuietWindow:
    def test_two_changes_become_one(self, seen):
        change(seen, B)
        change(seen, C)
        assert dates() == [(A, C, State.OPEN)]

    def test_a_slip_mended_at_once_tells_nobody(self, seen):
        change(seen, B)
        change(seen, A)
        assert dates() == [(A, A, State.WITHDRAWN)]

    def test_a_slip_mended_and_then_meant_tells_once(self, seen):
        change(seen, B)
        change(seen, A)
        change(seen, B)
        assert dates() == [(A, A, State.WITHDRAWN), (A, B, State.OPEN)]

    def test_nothing_goes_out_before_its_end(self, seen):
        change(seen, B)
        assert fan_out() == 0
        with travel(timezone.now() + timedelta(minutes=11)):
            assert fan_out() == 1
        assert dates() == [(A, B, State.FANNED_OUT)]

    def test_each_change_begins_it_anew_but_for_an_hour_at_most(self, seen):
        start = timezone.now()
        for minutes in range(0, 60, 9):
            with travel(start + timedelta(minutes=minutes)):
                change(seen, B + timedelta(days=minutes))
                assert fan_out() == 0
        with travel(start + timedelta(minutes=61)):
            assert fan_out() == 1

    def test_a_date_changed_after_detection_waits_for_the_next_look(self, seen):
        change(seen, B)
        Profile.objects.update(last_updated=C)
        with travel(timezone.now() + timedelta(minutes=11)):
            assert fan_out() == 0
            detect()
        assert dates() == [(A, C, State.OPEN)]

    def test_what_is_unpublished_is_withdrawn(self, seen):
        change(seen, B)
        seen.refresh_from_db()
        seen.withdraw(reason="A source asked for it.")
        assert detect() == 1
        assert detect() == 0
        assert dates() == [(A, B, State.WITHDRAWN)]

    def test_and_is_news_still_when_it_returns(self, seen):
        change(seen, B)
        seen.refresh_from_db()
        seen.withdraw(reason="A source asked for it.")
        detect()
        seen.publish(by=None, change=correction())
        detect()
        assert dates() == [(A, B, State.WITHDRAWN), (A, B, State.OPEN)]


def test_a_profile_that_returns_with_the_date_announced_is_silent(seen):
    change(seen, B)
    fan_out()
    seen.refresh_from_db()
    seen.withdraw(reason="A source asked for it.")
    detect()
    seen.publish(by=None, change=correction())
    assert detect() == 0


def test_a_future_date_waits_for_its_day(seen):
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert change(seen, tomorrow) == 0
    with travel(timezone.now() + timedelta(days=1)):
        assert detect() == 1
        assert detect() == 0


def test_the_day_is_the_sites_own(seen, settings):
    """At 11:00 UTC it is tomorrow already on Kiritimati (UTC+14), and still today at Greenwich."""
    with travel("2026-03-28T11:00:00Z"):
        assert change(seen, date(2026, 3, 29)) == 0
        settings.TIME_ZONE = "Pacific/Kiritimati"
        timezone.get_default_timezone.cache_clear()
        try:
            assert detect() == 1
        finally:
            timezone.get_default_timezone.cache_clear()


def test_an_edition_speaks_for_a_change_only_if_it_carries_the_date(seen):
    edition = publish(seen, on=B, note="Votes added.")
    detect()
    assert Announcement.objects.get().edition == edition
    fan_out()
    change(seen, C)
    assert Announcement.objects.get(to_date=C).edition is None
    fan_out()
    change(seen, A)  # the first edition's date, but not the first edition's news
    assert Announcement.objects.get(to_date=A).edition is None


@pytest.mark.django_db(transaction=True)
def test_four_who_look_at_once_see_each_change_once():
    profiles = [make_live_profile(on=A, country=country) for country in make_countries(20)]
    detect()
    Profile.objects.update(last_updated=B)
    errors, start = [], Barrier(4)

    def look():
        try:
            start.wait()
            detect()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Announcement.objects.count() == len(profiles)
    assert set(Cursor.objects.values_list("announced", "sequence")) == {(B, 1)}
