"""Publishing: what becomes live, and what is refused with nothing changed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from profiles.admin.publishing import PublishForm
from profiles.models import EditedMeanwhile, Edition, EditionIsForever, Profile
from profiles.review.publishing import Change, Kind, Unpublishable
from tests.factories import correction, make_live_profile, make_profile, make_staff, publish, substantive

pytestmark = pytest.mark.django_db


def test_the_first_edition_becomes_live_and_sets_the_date():
    profile = make_profile(proposed_date=date(2010, 10, 18))
    editor = make_staff()
    edition = profile.publish(by=editor, change=substantive(on=date(2010, 10, 18)))
    assert profile.live_edition == edition
    assert (edition.number, edition.kind, edition.published_by) == (1, Kind.SUBSTANTIVE, editor)
    assert profile.last_updated == edition.last_updated == date(2010, 10, 18)
    assert profile.proposed_date is None


def test_a_correction_goes_live_and_moves_no_date():
    profile = make_live_profile()
    section = profile.sections.get()
    section.body = "<p>Not yet acceded.</p>"
    section.save()
    edition = profile.publish(by=None, change=correction())
    assert profile.live_edition == edition
    assert (edition.number, edition.is_correction) == (2, True)
    assert profile.last_updated == edition.last_updated == date(2010, 10, 18)


def test_an_edition_keeps_what_was_published():
    profile = make_live_profile(body="<p>Before.</p>")
    profile.sections.update(body="<p>After.</p>")
    assert "Before" in Edition.objects.get().content.sections[0].body


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Change.substantive(on=date(2011, 1, 1), note="  "), "needs a change note"),
        (Change(Kind.SUBSTANTIVE, "Votes added."), "needs a date"),
        (Change.substantive(on=date(2010, 10, 17), note="Votes added."), "never goes back"),
    ],
)
def test_a_substantive_change_needs_a_note_and_a_date_that_does_not_go_back(change, sentence):
    profile = make_live_profile()
    with pytest.raises(Unpublishable, match=sentence):
        profile.publish(by=None, change=change)
    assert profile.editions.count() == 1


def test_there_may_be_more_news_on_the_day_of_the_last_edition():
    today = timezone.localdate()
    profile = make_live_profile(on=today)
    edition = publish(profile, on=today, note="The vote came in the evening.")
    assert (edition.number, edition.kind, profile.last_updated) == (2, Kind.SUBSTANTIVE, today)


def test_every_substantive_edition_is_counted_as_news_and_nothing_else_is():
    profile = make_profile()
    assert profile.news_count == 0
    publish(profile)
    publish(profile, note="More on the same day.")
    stale = Profile.objects.get(pk=profile.pk)
    publish(profile, on=date(2011, 1, 1), note="And later.")
    stale.sections.update(body="<p>Not yet acceded.</p>")
    stale.publish(by=None, change=correction())  # read before the last publication: counts by what is stored
    stale.withdraw(reason="A source asked for it.")
    Profile.objects.update(last_updated=date(2011, 1, 2))
    assert Profile.objects.get().news_count == 3


def test_a_publication_that_is_refused_is_no_news():
    profile = make_live_profile()
    with pytest.raises(Unpublishable):
        publish(profile, on=date(2010, 10, 18), note=" ")
    assert Profile.objects.get().news_count == 1


@pytest.mark.parametrize("kind", [Kind.CORRECTION, "correction"])
def test_a_correction_with_a_date_cannot_be_made(kind):
    with pytest.raises(ValueError, match="carries no date"):
        Change(kind, "", date(2011, 1, 1))


def test_a_change_cannot_be_of_a_third_kind_nor_have_a_note_of_blanks():
    with pytest.raises(ValueError, match="rumour"):
        Change("rumour")
    assert Change(Kind.SUBSTANTIVE, " \n ", date(2011, 1, 1)).note == ""


def test_the_publish_form_takes_no_date_from_a_correction():
    form = PublishForm({"kind": "correction", "last_updated": "2011-01-01", "note": " Spelling. "})
    assert form.is_valid()
    assert form.change() == Change.correction(note="Spelling.")
    form = PublishForm({"kind": "substantive", "last_updated": "2011-01-01", "note": "Votes."})
    assert form.is_valid()
    assert form.change() == Change.substantive(on=date(2011, 1, 1), note="Votes.")


def test_a_year_of_two_digits_is_refused():
    profile = make_profile()
    with pytest.raises(Unpublishable, match="before 1900"):
        publish(profile, on=date(26, 11, 25))
    assert not profile.editions.exists()


def test_a_date_in_the_future_is_refused():
    profile = make_profile()
    with pytest.raises(Unpublishable, match="future"):
        publish(profile, on=timezone.localdate() + timedelta(days=1))
    assert not profile.editions.exists()


def test_the_first_edition_cannot_be_a_correction():
    profile = make_profile()
    with pytest.raises(Unpublishable, match="first edition is substantive"):
        profile.publish(by=None, change=correction())
    assert not profile.editions.exists()


def test_a_correction_of_nothing_is_refused():
    profile = make_live_profile()
    with pytest.raises(Unpublishable, match="Nothing has changed"):
        profile.publish(by=None, change=correction())


def test_all_reasons_are_told_at_once():
    profile = make_profile()
    with pytest.raises(Unpublishable) as refused:
        profile.publish(by=None, change=Change(Kind.SUBSTANTIVE))
    assert {problem.code for problem in refused.value.problems} >= {"note-missing", "date-missing"}


def test_a_withdrawn_profile_is_not_live_until_it_is_published_again():
    profile = make_live_profile()
    profile.withdraw(reason="A source asked for it.")
    assert not Profile.objects.live().exists()
    assert profile.last_updated == date(2010, 10, 18)
    edition = profile.publish(by=None, change=correction())
    assert edition.number == 2
    assert Profile.objects.live().get().withdrawal_reason == ""


def test_a_withdrawal_needs_a_reason_and_something_live():
    profile = make_live_profile()
    with pytest.raises(ValueError, match="reason"):
        profile.withdraw(reason=" ")
    assert profile.is_live
    profile.withdraw(reason="Merged.")
    with pytest.raises(ValueError, match="Only a published"):
        profile.withdraw(reason="Merged.")


def test_editions_refuse_every_way_of_change_and_deletion():
    profile = make_live_profile()
    edition = profile.live_edition
    edition.change_note = "Rewritten."
    for attempt in (
        edition.save,
        edition.delete,
        Edition.objects.all().delete,
        lambda: Edition.objects.update(change_note="Rewritten."),
        lambda: Edition.objects.bulk_update([edition], ["change_note"]),
    ):
        with pytest.raises(EditionIsForever):
            attempt()
    with pytest.raises(ProtectedError):
        profile.delete()
    assert Edition.objects.get().change_note == "First published."


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"number": 1}, "edition_number_once_per_profile"),
        ({"number": 0}, "edition_numbers_start_at_one"),
        ({"number": 2, "change_note": ""}, "edition_that_is_substantive_has_a_note"),
        ({"number": 2, "kind": "rumour"}, "edition_is_substantive_or_a_later_correction"),
    ],
)
def test_the_database_refuses_editions_that_cannot_be(fields, constraint):
    live = make_live_profile().live_edition
    stored = {
        "profile": live.profile,
        "kind": Kind.SUBSTANTIVE,
        "last_updated": live.last_updated,
        "change_note": "Once more.",
        "snapshot": live.snapshot,
        "published_at": timezone.now(),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(**{**stored, **fields})
    names = {constraint.name for constraint in Edition._meta.constraints}
    assert constraint in names


@pytest.mark.parametrize(
    "fields",
    [
        {"last_updated": None},
        {"withdrawn_at": timezone.now(), "withdrawal_reason": "Both at once."},
        {"live_edition": None, "withdrawn_at": timezone.now(), "withdrawal_reason": ""},
    ],
)
def test_the_database_refuses_impossible_public_states(fields):
    profile = make_live_profile()
    with pytest.raises(IntegrityError), transaction.atomic():
        Profile.objects.filter(pk=profile.pk).update(**fields)


def test_one_profile_per_country_theme_and_language():
    profile = make_profile()
    with pytest.raises(IntegrityError), transaction.atomic():
        Profile.objects.create(country=profile.country, theme=profile.theme)


def test_the_second_of_two_savers_is_refused():
    profile = make_profile()
    ana = make_staff(username="ana")
    version = profile.lock_version
    profile.claim(version, by=ana)
    late = Profile.objects.get(pk=profile.pk)
    with pytest.raises(EditedMeanwhile):
        late.claim(version, by=make_staff())
    assert late.edited_by == ana
