"""The label of a list's item is the reference in a legal text: it is the same in the editor and on the public page."""

import pytest

from profiles.models import Profile
from tests.factories import make_profile, publish
from tests.profiles.editing import body_of, open_profile, save

pytestmark = pytest.mark.django_db(transaction=True)

BODY = '<ol start="4" type="a"><li>Use</li><li>Transfer<ol type="I"><li>by sea</li></ol></li></ol><ol start="2"><li>Then</li></ol>'
LABELS = "(lists) => lists.map((list) => [getComputedStyle(list).listStyleType, list.start])"


def test_a_list_begins_where_its_author_began_it(page, staff):
    profile = make_profile(body=BODY)
    labels = [["lower-alpha", 4], ["upper-roman", 1], ["decimal", 2]]
    open_profile(page, profile)
    assert body_of(page, "sections-0-body").locator("ol").evaluate_all(LABELS) == labels
    body_of(page, "sections-0-body").press("Control+End")
    body_of(page, "sections-0-body").press_sequentially(" ")
    save(page)
    assert Profile.objects.get().sections.get().body == BODY
    publish(profile)
    page.goto(profile.get_absolute_url())
    assert page.locator(".article ol, article ol").evaluate_all(LABELS) == labels
