"""The public pages in a real browser: notes, keys, narrow screens, no script, paper, and what axe finds."""

from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from profiles.footnotes import marker
from tests.factories import make_country, make_live_profile, make_site_page, make_theme, publish

pytestmark = pytest.mark.django_db(transaction=True)

PROFILE = "/countries/united-states/mine-ban-policy/"
NOTES = 31
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "/",
    "/countries/",
    "/countries/?find=nowhere",
    "/countries/united-states/",
    PROFILE,
    f"{PROFILE}editions/",
    f"{PROFILE}editions/1/",
    "/themes/",
    "/themes/mine-ban-policy/",
    "/updates/",
    "/about-us/",
    "/nothing/here/",
    "/countries/cuba/mine-ban-policy/",
]

# The words in table heads that stand on more than one line.
BROKEN_WORDS = """() => [...document.querySelectorAll("th")].flatMap((head) => {
  const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), broken = [];
  while (texts.nextNode()) {
    for (const word of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
})"""


@pytest.fixture
def site(db):
    """A profile with more notes than most: in a fact, in a quotation, one used three times, one "Ibid."."""
    make_site_page(body="<h3>Who we are</h3><p>People.</p>")
    make_site_page(slug="resources", title="Resources for Monitor researchers")
    keys = [uuid4() for _ in range(NOTES)]
    texts = {
        key: f"Report of year {1980 + place}, see <a href='https://example.org/{place}'>p. {place}</a>."
        for place, key in enumerate(keys)
    }
    texts[keys[8]] = "Ibid."
    words = "The delegation said so in Geneva, and again when it was asked a second time. " * 3
    body = "".join(f"<p>{words}{marker(key)} {words}</p>" for key in keys[2:])
    profile = make_live_profile(
        facts={
            "Mine Ban Treaty status": f"Not a State Party{marker(keys[0])}",
            "Pro-mine ban UNGA voting record": "Abstained on Resolution 64/56 in December 2009",
            "Participation in Mine Ban Treaty meetings": "Attended the Second Review Conference as an observer",
            "Transparency reporting": "",
            "Key developments": "Review underway",
        },
        heading="Use, transfer, production, and stockpiling",
        body=f"{body}<blockquote><p>{words}{marker(keys[1])}</p></blockquote><p>Twice{marker(keys[1])} more{marker(keys[1])}.</p>",
        notes=texts,
    )
    profile.sections.update(heading="Use and transfer")
    publish(profile, on=profile.last_updated.replace(year=2011), note="A heading was shortened.")
    make_live_profile(theme=make_theme(slug="mine-action", name="Mine Action", summary="Who clears what."))
    withdrawn = make_live_profile(country=make_country(iso3="CUB", name="Cuba", slug="cuba"))
    withdrawn.withdraw(reason="A source was in danger.")


@pytest.fixture
def opened(chromium, live_server, site):
    """Opens a page as another reader has it: ``opened(address, width=360, scheme="dark", script=False)``."""
    contexts = []

    def open_page(address, *, width=1280, height=900, scheme="light", script=True, **options):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=script,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def is_open(page):
    return page.evaluate("document.querySelector('.note-frame')?.matches(':popover-open') ?? false")


def focused(page):
    return page.evaluate("document.activeElement.id")


def at_rest(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


# --- notes -------------------------------------------------------------------


def test_each_number_leads_to_its_note_and_back_without_script(opened):
    page = opened(PROFILE, script=False)
    assert page.locator("ol.notes > li").count() == NOTES
    for number in range(1, NOTES + 1):
        page.locator(f"#nr-{number}").click()
        assert page.url.endswith(f"#n-{number}")
        page.locator(f"#n-{number} a[role=doc-backlink]").first.click()
        assert page.url.endswith(f"#nr-{number}")
    assert not page.locator(".note-frame").count()


def test_every_use_of_a_note_has_a_way_back_of_its_own(opened):
    page = opened(PROFILE, script=False)
    links = page.locator(f"#n-{NOTES} a[role=doc-backlink]")
    assert links.all_inner_texts() == ["a", "b", "c"]
    for letter, link in zip(["", "b", "c"], links.all(), strict=True):
        link.click()
        assert page.url.endswith(f"#nr-{NOTES}{letter}")


def test_each_number_opens_its_note_beside_the_text(page, site):
    page.goto(PROFILE)
    for number in range(1, NOTES + 1):
        page.locator(f"#nr-{number}").click()
        frame = page.get_by_role("dialog", name=f"Note {number}")
        assert frame.is_visible()
        assert focused(page) == "note-popover"
        own = page.locator(f"#n-{number} .nt").inner_text()
        assert frame.locator(".nt").inner_text() == own
        page.keyboard.press("Escape")
        assert not is_open(page)
        assert focused(page) == f"nr-{number}"


def test_ibid_shows_what_it_refers_to(page, site):
    page.goto(PROFILE)
    ibid = page.locator("ol.notes > li", has_text="Ibid.").first
    number = ibid.get_attribute("id").removeprefix("n-")
    before = page.locator(f"#n-{int(number) - 1} .nt").inner_text()
    page.locator(f"#nr-{number}").click()
    assert before in page.get_by_role("dialog").inner_text()
    assert before in ibid.inner_text()


def test_the_whole_way_goes_by_keys(page, site):
    page.goto(PROFILE)
    page.locator("#nr-5").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "note-popover"
    assert page.locator("#nr-5").get_attribute("aria-expanded") == "true"
    for name in ("p. ", "Show in the list of notes", "Close"):
        page.keyboard.press("Tab")
        assert name in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert (is_open(page), focused(page)) == (False, "nr-5")
    assert page.locator("#nr-5").get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert (is_open(page), focused(page)) == (False, "nr-5")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_note_closes_by_its_number_by_a_click_outside_and_by_scrolling_away(opened, width):
    page = opened(PROFILE, width=width)
    page.locator("#nr-5").click()
    assert is_open(page)
    page.locator("#nr-5").click()
    assert (is_open(page), focused(page)) == (False, "nr-5")
    page.locator("#nr-5").click()
    page.mouse.click(3, 300)
    assert (is_open(page), focused(page)) == (False, "nr-5")
    page.locator("#nr-5").click()
    page.mouse.wheel(0, 6000)
    page.locator(".note-frame").wait_for(state="hidden")


def test_another_number_takes_the_place_of_the_open_note(page, site):
    page.goto(PROFILE)
    page.locator("#nr-5").click()
    page.locator("#nr-6").click()
    assert page.get_by_role("dialog", name="Note 6").is_visible()
    assert page.locator("#nr-5").get_attribute("aria-expanded") == "false"
    assert page.locator("#nr-6").get_attribute("aria-expanded") == "true"


def test_the_list_marks_the_way_back_to_where_the_reader_was(page, site):
    page.goto(PROFILE)
    page.locator(f"#nr-{NOTES}b").click()
    page.get_by_role("link", name="Show in the list of notes").click()
    assert page.url.endswith(f"#n-{NOTES}")
    assert (is_open(page), focused(page)) == (False, f"n-{NOTES}")
    assert page.locator(".came-from").inner_text() == "b"


@pytest.mark.parametrize("key", ["Control", "Shift"])
def test_a_number_stays_a_link_for_those_who_open_links_elsewhere(opened, key):
    page = opened(PROFILE)
    with page.context.expect_page() as elsewhere:
        page.locator("#nr-5").click(modifiers=[key])
    assert elsewhere.value.url.endswith("#n-5")
    assert not is_open(page)


@pytest.mark.parametrize("width", [1280, 1000, 360, 320])
def test_an_open_note_covers_neither_its_number_nor_leaves_the_screen(opened, width):
    page = opened(PROFILE, width=width, height=640)
    for number in (1, 7, NOTES):
        page.locator(f"#nr-{number}").click()
        at_rest(page)
        note, mark = page.locator(".note-frame").bounding_box(), page.locator(f"#nr-{number}").bounding_box()
        assert note["x"] >= 0
        assert note["x"] + note["width"] <= width
        assert 0 <= note["y"] <= note["y"] + note["height"] <= 640.5
        beside = note["x"] > mark["x"] + mark["width"]
        assert beside or mark["y"] + mark["height"] <= note["y"]
        page.keyboard.press("Escape")


def test_a_number_is_large_enough_to_be_hit(opened):
    page = opened(PROFILE, width=360)
    size = page.evaluate(
        """() => { const hit = getComputedStyle(document.getElementById("nr-5"), "::after");
                   return [parseFloat(hit.width), parseFloat(hit.height)]; }"""
    )
    assert min(size) >= 24


# --- every page, every reader ------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_axe_finds_no_barrier(opened, width, scheme):
    page = opened("/", width=width, scheme=scheme, bypass_csp=True)  # axe is put into the page, which forbids it
    for address in PAGES:
        page.goto(address)
        results = Axe().run(page, options=WCAG)
        assert results.violations_count == 0, f"{address}\n{results.generate_report()}"
    page.goto(f"{PROFILE}#n-5")
    page.locator("#nr-9").click()
    results = Axe().run(page, options=WCAG)
    assert is_open(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways_or_breaks_a_word_in_a_table_head(opened, width, scheme):
    page = opened("/", width=width, scheme=scheme)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(BROKEN_WORDS) == [], address


def test_larger_letters_and_wider_spacing_lose_nothing(opened):
    """WCAG 1.4.4 and 1.4.12, both at once, at a width of 640 px."""
    page = opened("/", width=640, bypass_csp=True)
    for address in PAGES:
        page.goto(address)
        page.add_style_tag(
            content="""html { font-size: 200% }
            * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"""
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, address


def test_a_language_written_from_the_right_needs_no_second_sheet(opened):
    """All lies as in a mirror: where exactly depends on the fonts of the machine, that it is mirrored does not."""
    page = opened(PROFILE, width=1280)
    page.locator("#nr-5").click()
    at_rest(page)
    places = {selector: page.locator(selector).bounding_box() for selector in (".note-frame", ".article", ".contents")}
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.locator("#nr-5").click()
    at_rest(page)
    for selector, place in places.items():
        mirrored = page.locator(selector).bounding_box()
        assert mirrored["x"] == pytest.approx(1280 - place["x"] - place["width"], abs=1), selector


def test_the_menu_opens_without_script_on_a_narrow_screen(opened):
    page = opened("/", width=360, script=False)
    page.get_by_role("button", name="Menu").click()
    link = page.get_by_role("link", name="About us")
    assert link.is_visible()
    link.click()
    assert page.url.endswith("/about-us/")


def test_a_country_is_found_without_script(opened):
    page = opened("/", script=False)
    page.get_by_label("Find a country").fill("united states")
    page.get_by_label("Find a country").press("Enter")
    assert page.url.endswith("/countries/united-states/")


def test_the_first_tab_leads_past_the_menu(opened):
    page = opened(PROFILE)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    assert skip.evaluate("(link) => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_paper_shows_the_text_its_notes_and_its_address_and_nothing_to_click(opened):
    page = opened(PROFILE)
    page.emulate_media(media="print")
    for hidden in (".ways", ".menu", ".skip", ".contents", ".actions", ".back", ".foot"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("ol.notes > li").last.is_visible()
    assert page.locator(".cite").inner_text().count(f"{PROFILE}editions/2/") == 1
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_profile_is_light(opened):
    """Nothing is fetched but the page, one style sheet, one script and the mark of the site."""
    page = opened("/about-us/")
    fetched = set()
    page.on("response", lambda response: fetched.add(response.url))
    page.goto(PROFILE)
    assert len(fetched) <= 4
