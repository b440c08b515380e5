"""The change page as one works it: through its keys, its mouse and its editors' frames."""

from uuid import uuid4

from django.urls import reverse

from profiles.footnotes import marker
from profiles.models import Section
from tests.factories import make_profile


def open_profile(page, profile):
    page.goto(reverse("admin:profiles_profile_change", args=[profile.pk]))
    ready(page)
    return page


def ready(page):
    page.wait_for_function(
        """() => window.CKEDITOR && [...document.querySelectorAll('textarea[data-type=ckeditortype]')]
            .every((area) => CKEDITOR.instances[area.id]?.status === 'ready')"""
    )


def save(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


def body_of(page, name):
    """The editable text of an editor, such as ``sections-0-body``."""
    return page.frame_locator(f".django-ckeditor-widget[data-field-id='id_{name}'] iframe").locator("body")


def text_of(page, name):
    return page.evaluate("(name) => CKEDITOR.instances['id_' + name].getData()", name)


def shows(page, name, text):
    page.wait_for_function(
        "([name, text]) => CKEDITOR.instances['id_' + name].editable().getText().includes(text)", arg=[name, text]
    )


def press_footnote(page, name):
    body_of(page, name).press("Control+Alt+f")
    return opened_dialog(page)


def opened_dialog(page):
    """The footnote dialog; CKEditor fills it a moment after it can be seen, and then puts the caret into it."""
    dialog = page.get_by_role("dialog", name="Footnote")
    dialog.locator("textarea:focus").wait_for()
    return dialog


def put_caret_at_end(page, name):
    page.evaluate(
        """(name) => { const editor = CKEDITOR.instances['id_' + name]; editor.focus();
            const range = editor.createRange(); range.moveToElementEditEnd(editor.editable()); range.select(); }""",
        name,
    )


def add_note(page, name, text):
    put_caret_at_end(page, name)
    dialog = press_footnote(page, name)
    dialog.get_by_label("Text of the note").fill(text)
    dialog.get_by_role("button", name="OK").click()
    dialog.wait_for(state="hidden")


LINES = "".join(f"<p>Line {number} of a text that is longer than a window is high.</p>" for number in range(12))


def long_profile(sections=6):
    profile = make_profile(heading="Section 0", body=LINES, facts={"Status": "Unknown"})
    Section.objects.bulk_create(
        Section(profile=profile, heading=f"Section {place}", body=LINES, position=place) for place in range(1, sections)
    )
    return profile


def two_sections():
    """Two sections with a note each."""
    first, second = uuid4(), uuid4()
    profile = make_profile(
        heading="One", body=f"<p>First{marker(first, 1)} text.</p>", notes={first: "Source one.", second: "Source two."}
    )
    Section.objects.create(profile=profile, heading="Two", body=f"<p>Second{marker(second, 2)} text.</p>", position=1)
    return profile, first, second


def notes_on(page):
    """Number and text of each note, in the order of the page."""
    return page.evaluate(
        """() => [...document.querySelectorAll('[data-rows=footnotes] [data-row]:not(.removed)')]
            .map((row) => [row.querySelector('[data-number]').textContent, row.querySelector('textarea').value])"""
    )


def select(page, name, marked):
    """Put the caret where ``|`` stands in the words of an editor, or select what stands between ``{`` and ``}``."""
    page.evaluate(
        """([name, marked]) => {
            const editor = CKEDITOR.instances['id_' + name];
            const place = (index) => {
                const nodes = document.createTreeWalker(editor.editable().$, NodeFilter.SHOW_TEXT);
                for (let node; (node = nodes.nextNode()); index -= node.length) if (index <= node.length) return [node, index];
            };
            const [from, to] = marked.includes('|') ? [marked.indexOf('|'), marked.indexOf('|')]
                : [marked.indexOf('{'), marked.indexOf('}') - 1];
            editor.focus();
            const range = editor.document.$.createRange();
            range.setStart(...place(from));
            range.setEnd(...place(to));
            const selection = editor.document.$.getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
            editor.selectionChange(1);
        }""",
        [name, marked],
    )


def write_note(page, text="A source.", accept="Control+Enter"):
    """By keys alone, as one who writes does; the editor has the focus."""
    page.keyboard.press("Control+Alt+f")
    dialog = opened_dialog(page)
    page.keyboard.type(text)
    page.keyboard.press(accept)
    dialog.wait_for(state="hidden")


def focus_mark(page, name, number=0):
    """Click a mark, as one does to see its note or to delete it."""
    body_of(page, name).locator("sup").nth(number).click()
    page.wait_for_function("(name) => CKEDITOR.instances['id_' + name].widgets.focused", arg=name)
