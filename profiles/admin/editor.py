"""The one CKEditor: what it may do, the widget that carries it, and the policy of pages that have it.

CKEditor 4.22.1 is the last open release and has known holes (README, "The
editor"). So it is given the least: the plugins of an allow-list, the mark-up of
`profiles.richtext`, no uploads, no source view, and only text that was cleaned
before. Should it be replaced, this module and the footnote plugin go; the stored
HTML knows nothing of it.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from ckeditor.widgets import CKEditorWidget
from csp.constants import SELF, UNSAFE_INLINE
from django import forms
from django.contrib.staticfiles import finders
from django.core import checks
from django.forms import Script
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from profiles.canonical import ALIASES
from profiles.footnotes import MARKER
from profiles.limits import READ, at_most
from profiles.richtext import ATTRIBUTES, INLINE_TAGS, TAGS, clean, clean_inline, plain

PLUGIN = "profiles/admin/footnote/plugin.js"
STYLES = ["profiles/reading.css", "profiles/admin/contents.css"]  # the public article's, then what only editors see

SCRIPTS = [Script(f"profiles/admin/{name}.js", type="module") for name in ("editor", "pasting")]

# CKEditor 4 writes scripts and styles into its own frames: it cannot live under less (research: editorial.md §3).
# Both are kept from pages without it; no 'unsafe-eval', no foreign host.
POLICY = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "frame-src": [SELF],
    "connect-src": [SELF],
}

PLUGINS = [
    "a11yhelp", "autogrow", "basicstyles", "blockquote", "clipboard", "contextmenu", "dialog", "enterkey", "entities",
    "find", "format", "htmlwriter", "indentlist", "link", "list", "magicline", "maximize", "pastefromgdocs",
    "pastefromlibreoffice", "pastefromword", "pastetext", "pastetools", "removeformat", "resize", "selectall",
    "showborders", "specialchar", "tab", "table", "tableselection", "tabletools", "toolbar", "undo", "widget",
    "wysiwygarea",
]  # fmt: skip

# Not loaded by PLUGINS either; named once more so that a longer list cannot bring them back unseen.
# They have known holes, call other people's servers, or are of no use here. Their files are not served at all.
# "ajax" of the usual lists is missing: pasting from Word requires it, and the policy lets it reach this site alone.
REMOVED = [
    "about", "adobeair", "autoembed", "bbcode", "codesnippet", "codesnippetgeshi", "devtools", "docprops",
    "embed", "embedbase", "embedsemantic", "exportpdf", "filetools", "flash", "forms", "iframe", "iframedialog",
    "image", "image2", "mathjax", "newpage", "placeholder", "preview", "print", "save", "scayt", "smiley",
    "sourcearea", "sourcedialog", "stylesheetparser", "templates", "uicolor", "uploadimage", "uploadwidget", "wsc",
]  # fmt: skip

# Files of the editor that nobody here needs, as patterns of their paths below the static root.
UNSERVED = [
    *(f"ckeditor/ckeditor/plugins/{name}/*" for name in REMOVED),
    "ckeditor/*/samples/*",
    "ckeditor/*/preview.html",
    "ckeditor/ckeditor/adapters/*",
    "ckeditor/ckeditor/*.md",
    "ckeditor/ckeditor/bender-runner.config.json",
    "ckeditor/ckeditor/build-config.js",
    "ckeditor/galleriffic/*",
    "ckeditor/file-icons/*",
]

INLINE_TOOLS = ["Bold", "Italic", "Subscript", "Superscript", "SpecialChar"]
FURNITURE = {
    "undo": ["Undo", "Redo"],
    "link": ["Link", "Unlink"],
    "blocks": ["Format", "Blockquote", "NumberedList", "BulletedList", "Table"],
    "tidy": ["PasteText", "RemoveFormat", "Find", "Maximize"],
}


def allowed(tags: Iterable[str]) -> dict[str, Any]:
    """The sanitiser's allow-list in CKEditor's words, so that nothing is typed that saving would drop."""
    return {tag: {"attributes": sorted(ATTRIBUTES.get(tag, ()))} for tag in sorted(tags)}


def config(*, inline: bool, notes: bool) -> dict[str, Any]:
    """CKEditor's configuration: for a single paragraph or for blocks, with or without the footnote button."""
    first = [FURNITURE["undo"]] if inline else [FURNITURE["undo"], FURNITURE["blocks"]]
    marks = ["Footnote"] if notes else []
    return {
        "plugins": ",".join(PLUGINS),
        "extraPlugins": "footnote" if notes else "",
        "title": _("Text"),
        "removePlugins": ",".join(REMOVED),
        "customConfig": "",
        "stylesSet": False,
        "toolbar": [*first, INLINE_TOOLS, FURNITURE["link"] + marks, FURNITURE["tidy"]],
        "toolbarCanCollapse": False,
        "format_tags": "p;h3;h4",
        "allowedContent": allowed(INLINE_TAGS if inline else TAGS),
        "disallowedContent": "script; style; iframe; object; embed; form; img; *[on*]; *{*}; *(*)",
        "enterMode": 2 if inline else 1,  # CKEDITOR.ENTER_BR, CKEDITOR.ENTER_P
        "forcePasteAsPlainText": False,
        "pasteFilter": "semantic-content",
        "linkShowAdvancedTab": False,
        "linkShowTargetTab": False,
        "versionCheck": False,
        "disableAutoInline": True,
        "disableNativeSpellChecker": False,
        "fullPage": False,
        "entities": False,
        "basicEntities": True,
        "bodyClass": "article fact" if inline else "article",
        "width": "100%",
        "height": 60 if inline else 220,
        "autoGrow_minHeight": 60 if inline else 220,
        "autoGrow_maxHeight": 240 if inline else 620,
        "autoGrow_onStartup": True,
        "resize_dir": "vertical",
        "footnote": LABELS,
        "pasting": {"forms": ALIASES, **LEFT_OUT},
    }


# What the footnote plugin says; it is plain JavaScript, so its words come from here.
LABELS = {
    "button": _("Footnote"),
    "title": _("Footnote"),
    "choose": _("A new note, or one that is there already"),
    "find": _("Find a note"),
    "new": _("New note"),
    "unused": _("not used"),
    "text": _("Text of the note"),
    "empty": _("Write the note, or choose one from the list."),
    "missing": _("Nobody knows this note here. Write it, or choose another."),
}

# What is said of a text that was pasted: one, and more than one.
LEFT_OUT = {
    "leftOut": _("Left out of what you pasted: {what}."),
    "deleted": [_("{n} deleted passage"), _("{n} deleted passages")],
    "comments": [_("{n} comment"), _("{n} comments")],
    "pictures": [_("{n} picture"), _("{n} pictures")],
    "marks": [
        _("{n} footnote mark came without its note: put the note in again where the text shows its number."),
        _("{n} footnote marks came without their notes: put the notes in again where the text shows their numbers."),
    ],
}


class EditorWidget(CKEditorWidget):  # type: ignore[misc]
    """A text area that becomes a CKEditor; what reaches it has been cleaned, whoever stored it."""

    def __init__(self, *, inline: bool = False, notes: bool = True, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs)
        self.sanitise = clean_inline if inline else clean
        self.config = config(inline=inline, notes=notes)
        self.has_notes = notes

    def name_editor(self, name: str) -> None:
        """Tell those who cannot see the page which field they are in; forms share one configuration until then."""
        self.config = {**self.config, "title": name}

    @property
    def media(self) -> forms.Media:
        ours = forms.Media(css={"all": ["profiles/admin/editor.css"]}, js=SCRIPTS)  # type: ignore[arg-type]  # stubs know no Script
        media: forms.Media = super().media + ours
        return media

    def format_value(self, value: Any) -> str:
        return cleaned(value, self.sanitise)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        # Addresses are asked for late: with hashed names they exist only after `collectstatic`.
        self.config["contentsCss"] = [static(path) for path in STYLES]
        if self.has_notes:
            folder, slash, file = static(PLUGIN).rpartition("/")
            self.external_plugin_resources = [("footnote", folder + slash, file)]
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context


class HtmlField(forms.CharField):
    """Edited HTML: cleaned the moment it arrives, so that no code ever sees what was sent."""

    def __init__(self, *, sanitise: Callable[[str], str], longest: int, **kwargs: Any) -> None:
        super().__init__(strip=True, validators=[at_most(longest)], **kwargs)
        self.sanitise = sanitise

    def to_python(self, value: Any) -> str:
        return cleaned(super().to_python(value), self.sanitise)


def cleaned(html: Any, sanitise: Callable[[str], str]) -> str:
    """What a browser sent, cleaned; as plain text when it is too long to be read: no word is lost by being refused."""
    text = str(html or "")
    return sanitise(text) if len(text) <= READ else escape(text)


def as_read(html: str) -> str:
    """What two cleaned texts share that read alike: all but the numbers of their markers."""
    return MARKER.sub(lambda found: f"[{found.group(1)}]", html)


def is_blank(html: str) -> bool:
    return not plain(html)


@checks.register(checks.Tags.staticfiles)
def check_plugin_is_found(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Without its plugin CKEditor strips every marker it loads, or does not load at all."""
    if finders.find(PLUGIN):
        return []
    return [
        checks.Error(
            f"The editor's footnote plugin {PLUGIN} is not among the static files.",
            hint="It belongs to the app `profiles`; is a finder for app directories in STATICFILES_FINDERS?",
            id="profiles.E001",
        )
    ]
