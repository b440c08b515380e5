"""What people type into "Find a country", and which country they get."""

import pytest
from django.core.management import call_command

from profiles.country_names import OTHER_NAMES, find, folded
from profiles.importing.destination import countries_by_name
from profiles.models import Country, FormerSlug

NAMES = [
    ("US", "USA", "United States"),
    ("GB", "GBR", "United Kingdom"),
    ("UA", "UKR", "Ukraine"),
    ("RU", "RUS", "Russian Federation"),
    ("CI", "CIV", "Côte d’Ivoire"),
    ("CD", "COD", "Congo, Democratic Republic of the"),
    ("CG", "COG", "Congo, Republic of the"),
    ("KP", "PRK", "Korea, Democratic People’s Republic of"),
    ("KR", "KOR", "Korea, Republic of"),
    ("GN", "GIN", "Guinea"),
    ("GW", "GNB", "Guinea-Bissau"),
    ("TR", "TUR", "Türkiye"),
]
COUNTRIES = [Country(iso2=iso2, iso3=iso3, name=name) for iso2, iso3, name in NAMES]


@pytest.mark.parametrize(
    ("typed", "iso3"),
    [
        ("United States", "USA"),
        ("  united   STATES ", "USA"),
        ("usa", "USA"),
        ("US", "USA"),
        ("UK", "GBR"),
        ("cote d'ivoire", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("Guinea", "GIN"),
        ("guinea bissau", "GNB"),
        ("Russia", "RUS"),
        ("DRC", "COD"),
        ("Democratic Republic of the Congo", "COD"),
        ("Republic of Korea", "KOR"),
        ("turkiye", "TUR"),
        ("Turkey", "TUR"),
        ("North Korea", "PRK"),
        ("Great Britain", "GBR"),
        ("the Republic of Congo", "COG"),
    ],
)
def test_a_name_leads_to_its_country(typed, iso3):
    found = find(typed, COUNTRIES)
    assert found.one
    assert found.one.iso3 == iso3


@pytest.mark.parametrize(
    ("typed", "likely"),
    [
        ("Congo", {"COD", "COG"}),
        ("korea", {"PRK", "KOR"}),
        ("Ukrain", None),
        ("Unted Kingdom", {"GBR"}),
        ("uni", {"USA", "GBR"}),
        ("ukr", None),
    ],
)
def test_a_doubtful_name_is_asked_about(typed, likely):
    found = find(typed, COUNTRIES)
    if likely is None:
        assert found.one
        assert found.one.iso3 == "UKR"
    else:
        assert found.one is None
        assert likely <= {country.iso3 for country in found.perhaps}


@pytest.mark.django_db
def test_every_name_that_the_importer_takes_is_found_by_readers():
    call_command("load_reference", verbosity=0)
    for typed, country in countries_by_name().items():
        found = find(typed, Country.objects.all())
        assert country in (found.one, *found.perhaps[:1]) or FormerSlug.objects.filter(slug=typed).exists(), typed
    for iso3, names in OTHER_NAMES.items():
        assert Country.objects.filter(iso3=iso3).exists(), names


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "iso3"),
    [
        ("Ivory Coast", "CIV"),
        ("Burma", "MMR"),
        ("Laos", "LAO"),
        ("Swaziland", "SWZ"),
        ("Zaire", "COD"),
        ("Holland", "NLD"),
        ("Czech Republic", "CZE"),
        ("Vatican", "VAT"),
        ("St Lucia", "LCA"),
        ("Antigua & Barbuda", "ATG"),
    ],
)
def test_names_of_other_days_are_found_among_all_countries(typed, iso3):
    call_command("load_reference", verbosity=0)
    found = find(typed, Country.objects.all())
    assert found.one
    assert found.one.iso3 == iso3


@pytest.mark.parametrize("typed", ["", "   ", "...", "Atlantis", "\x00", "x" * 100_000, "%", "'; DROP TABLE", "𝕏" * 50])
def test_what_names_nothing_finds_nothing(typed):
    found = find(typed, COUNTRIES)
    assert found.one is None
    assert len(found.perhaps) <= 6


def test_two_letters_never_stand_for_the_beginning_of_a_name():
    assert find("gu", COUNTRIES).one is None
    assert find("tu", COUNTRIES).one is None


def test_names_sort_without_their_accents():
    assert sorted(["Zambia", "Österreich", "Åland", "Cyprus", "Côte d’Ivoire"], key=folded) == [
        "Åland",
        "Côte d’Ivoire",
        "Cyprus",
        "Österreich",
        "Zambia",
    ]
