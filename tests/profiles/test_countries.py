"""Countries and themes: identity by code, names and addresses that may change."""

import pytest
from django.db import IntegrityError, transaction

from profiles.models import Country, Fact, Footnote, FormerSlug, Section, Topic
from tests.factories import make_country, make_profile, make_theme, make_topic

pytestmark = pytest.mark.django_db


def test_a_renamed_country_keeps_its_old_address():
    country = make_country(iso3="SWZ", name="Swaziland", slug="swaziland")
    country.name, country.slug = "Eswatini", "eswatini"
    country.save()
    assert list(country.former_slugs.values_list("slug", flat=True)) == ["swaziland"]


def test_a_former_address_that_is_taken_again_leads_to_its_new_owner():
    country = make_country(iso3="SWZ", name="Swaziland", slug="swaziland")
    for slug in ("eswatini", "swaziland"):
        country.slug = slug
        country.save()
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["eswatini"]


@pytest.mark.parametrize("fields", [{"iso3": "usa"}, {"iso3": "US1"}, {"iso3": ""}, {"iso2": "us"}, {"iso2": ""}])
def test_the_database_refuses_codes_that_are_none(fields):
    country = make_country()
    with pytest.raises(IntegrityError), transaction.atomic():
        Country.objects.filter(pk=country.pk).update(**fields)


def test_areas_may_go_without_a_two_letter_code():
    for iso3 in ("QQA", "QQB"):
        make_country(iso3=iso3, name=iso3, slug=iso3.lower(), is_state=False)
    assert Country.objects.filter(iso2=None).count() == 2


def test_a_topic_stands_once_in_a_theme():
    make_topic(label="Key developments")
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.create(theme=make_theme(), label="Key developments")


@pytest.mark.parametrize("model", [Fact, Section, Footnote])
def test_a_working_copy_holds_no_row_twice(model):
    profile = make_profile(
        facts={"Status": "Not a State Party"}, notes={"9b2f0f5e-0a35-4f0e-9d0c-1f6a3c1f7a11": "A source."}
    )
    row = model.objects.get(profile=profile)
    row.pk, row._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
