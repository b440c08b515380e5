"""CKEditor 4.22.1 has known holes. Each assertion here is a line of what stands in front of them.

They read the rendered page and the static files as an installation would serve
them, not our constants: a setting that never reaches the browser protects nobody.
"""

import json
import re
from html import unescape
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.management import call_command
from django.urls import reverse

from profiles.admin import editor
from profiles.footnotes import marker
from profiles.models import Section
from profiles.richtext import ATTRIBUTES, INLINE_TAGS, TAGS
from tests.factories import make_profile, make_staff, make_superuser
from tests.profiles.test_admin import EDITING

pytestmark = pytest.mark.django_db

UNWANTED = """about adobeair autoembed bbcode codesnippet codesnippetgeshi devtools docprops embed embedbase
embedsemantic exportpdf filetools uploadimage uploadwidget flash forms iframe iframedialog mathjax newpage preview print
save scayt smiley sourcearea sourcedialog stylesheetparser templates uicolor wsc"""
HOSTILE = '<p>A</p><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">B</a>'


@pytest.fixture
def response(client):
    """The change page of a profile with a fact and a section, as a researcher opens it."""
    client.force_login(make_staff(*EDITING))
    profile = make_profile(facts={"Status": "Unknown"})
    return client.get(reverse("admin:profiles_profile_change", args=[profile.pk]))


def configurations(response):
    """CKEditor's configurations on the page: of the fact, of the section, of a section to be added."""
    found = re.findall(r'data-config="([^"]*)"', response.content.decode())
    return [json.loads(unescape(config)) for config in found]


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The paths of all static files of an installation."""
    from django.test import override_settings

    root = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=root):
        call_command("collectstatic", interactive=False, stdout=StringIO())
    return {str(path.relative_to(root)) for path in Path(root).rglob("*") if path.is_file()}


# --- what the editor is told -----------------------------------------------------


@pytest.mark.parametrize("name", UNWANTED.split())
def test_plugins_with_holes_or_without_use_are_neither_loaded_nor_served(response, collected, name):
    for config in configurations(response):
        assert name in config["removePlugins"].split(",")
        assert name not in config["plugins"].split(",")
        assert name not in config["extraPlugins"].split(",")
    assert not any(f"/plugins/{name}/" in path for path in collected)


def test_what_may_be_typed_is_what_the_sanitiser_keeps(response):
    fact, section, _added = configurations(response)
    for config, tags in ((fact, INLINE_TAGS), (section, TAGS)):
        allowed = config["allowedContent"]
        assert allowed is not True
        assert set(allowed) == tags
        for tag, rule in allowed.items():
            assert set(rule) == {"attributes"}
            assert set(rule["attributes"]) == ATTRIBUTES.get(tag, set())


def test_settings_that_close_doors(response):
    for config in configurations(response):
        assert config["disallowedContent"].startswith("script; style; iframe; object; embed; form;")
        assert "*[on*]" in config["disallowedContent"]
        assert "*{*}" in config["disallowedContent"]
        assert config["versionCheck"] is False
        assert config["fullPage"] is False
        assert config["disableAutoInline"] is True
        assert config["disableNativeSpellChecker"] is False
        assert config["entities"] is False
        assert config["pasteFilter"] == "semantic-content"
        assert config["customConfig"] == ""
        assert all(path.startswith("/static/") for path in config["contentsCss"])
        assert not any(name.startswith(("filebrowser", "upload", "imageUpload")) for name in config)


def test_each_editor_has_a_name_for_those_who_cannot_see_it(response):
    assert [config["title"] for config in configurations(response)] == ["Status", "Text", "Text"]


@pytest.mark.parametrize("make_user", [lambda: make_staff(*EDITING), make_superuser])
def test_nobody_has_a_source_view(client, make_user):
    client.force_login(make_user())
    profile = make_profile()
    response = client.get(reverse("admin:profiles_profile_change", args=[profile.pk]))
    for config in configurations(response):
        assert "Source" not in json.dumps(config["toolbar"])


def test_uploads_through_the_editor_do_not_exist():
    assert not apps.is_installed("ckeditor_uploader")


def test_notes_are_plain_text_areas(client):
    client.force_login(make_staff(*EDITING))
    profile = make_profile(notes={uuid4(): "A", uuid4(): "B"})
    page = client.get(reverse("admin:profiles_profile_change", args=[profile.pk])).content.decode()
    notes = re.findall(r'<textarea[^>]*name="footnotes-\d+-text"[^>]*>', page)
    assert len(notes) == 2
    assert not any("ckeditortype" in note for note in notes)


# --- what reaches it -------------------------------------------------------------


def test_text_is_cleaned_before_it_reaches_a_text_area(client):
    """A row may come from an import, a fixture or the database itself: none of it runs in an editor's browser."""
    client.force_login(make_staff(*EDITING))
    profile = make_profile(facts={"Status": "Unknown"}, notes={uuid4(): "Note"})
    for rows, field in ((profile.facts, "value"), (profile.sections, "body"), (profile.footnotes, "text")):
        rows.update(**{field: HOSTILE})
    page = unescape(client.get(reverse("admin:profiles_profile_change", args=[profile.pk])).content.decode())
    assert "alert(1)" not in page
    assert "onerror" not in page


def test_text_that_is_shown_again_is_cleaned_too(client):
    client.force_login(make_staff(*EDITING))
    profile = make_profile()
    url = reverse("admin:profiles_profile_change", args=[profile.pk])
    response = client.post(
        url, {"sections-TOTAL_FORMS": "1", "sections-INITIAL_FORMS": "1", "sections-0-body": HOSTILE}
    )
    assert "alert(1)" not in unescape(response.content.decode())


def test_what_someone_else_stored_is_shown_clean(client):
    client.force_login(make_staff(*EDITING))
    profile = make_profile()
    Section.objects.update(heading="<script>alert(1)</script>", body=HOSTILE)
    data = {
        "sections-TOTAL_FORMS": "1",
        "sections-INITIAL_FORMS": "1",
        "sections-0-id": str(profile.sections.get().pk),
        "sections-0-seen": "heading:x body:y position:z",
        "sections-0-body": "<p>Mine.</p>",
    }
    page = client.post(reverse("admin:profiles_profile_change", args=[profile.pk]), data).content.decode()
    assert "<script>alert(1)" not in page
    assert "onerror" not in page


def test_an_editors_way_of_writing_html_changes_no_text():
    """CKEditor puts line ends around blocks and after breaks; they must not come back as text."""
    key = uuid4()
    stored = f"<p>A <em>b</em><br>c{marker(key, 1)}</p><ul><li>d</li></ul><p>km<sup>2</sup> H<sub>2</sub>O</p>"
    written = stored.replace("<br>", "<br />\r\n").replace("</p>", "</p>\r\n\r\n").replace("<li>", "\r\n\t<li>")
    assert editor.clean(written) == editor.clean(stored) == stored
    assert editor.clean_inline("A<br />\r\nB") == "A<br>B"


# --- what is served --------------------------------------------------------------


def test_neither_samples_nor_documents_nor_previews_are_served(collected):
    assert "ckeditor/ckeditor/ckeditor.js" in collected
    for path in collected:
        assert "/samples/" not in path
        assert not path.endswith(("preview.html", "CHANGES.md", "bender-runner.config.json", "build-config.js"))
        assert not (path.startswith("ckeditor/") and path.endswith((".html", ".htm", ".php")))


def test_development_serves_no_more_than_an_installation():
    assert finders.find("ckeditor/ckeditor/ckeditor.js")
    for path in ("ckeditor/ckeditor/CHANGES.md", "ckeditor/ckeditor/plugins/codesnippetgeshi/plugin.js"):
        assert finders.find(path) is None


def test_all_that_the_editor_loads_is_served(collected):
    needed = ["ckeditor/ckeditor-init.js", "ckeditor/fixups.js", "ckeditor/ckeditor/skins/moono-lisa/editor.css"]
    for path in [*needed, editor.PLUGIN, *editor.STYLES, "profiles/admin/footnote/icon.svg"]:
        assert path in collected


def test_an_installation_with_hashed_names_collects_and_points_the_editor_to_its_plugin(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, stdout=StringIO())
    html = editor.EditorWidget().render("body", "", {"id": "id_body"})
    ((_name, folder, file),) = json.loads(unescape(re.search(r'data-external-plugin-resources="([^"]*)"', html)[1]))
    assert re.fullmatch(r"plugin\.[0-9a-f]{12}\.js", file)
    assert (tmp_path / folder.removeprefix("/static/") / file).exists()


def test_a_missing_plugin_is_an_error_at_the_start(monkeypatch):
    assert editor.check_plugin_is_found(None) == []
    assert editor.check_plugin_is_found in checks.registry.registry.get_checks()
    monkeypatch.setattr(editor, "PLUGIN", "profiles/admin/footnote/gone.js")
    assert [error.id for error in editor.check_plugin_is_found(None)] == ["profiles.E001"]


# --- the policy ------------------------------------------------------------------


def policy_of(response):
    parts = [part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")]
    return {part[0]: (part[1:] or [""])[0] for part in parts}


def test_the_looser_policy_is_the_least_that_the_editor_lives_under(response):
    policy = policy_of(response)
    assert policy["script-src"] == "'self' 'unsafe-inline'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["frame-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["admin:index", "admin:login", "admin:profiles_profile_changelist", "admin:profiles_profile_add"]
)
def test_pages_without_the_editor_keep_the_strict_policy(client, name):
    if name != "admin:login":
        client.force_login(make_superuser())
    response = client.get(reverse(name))
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
