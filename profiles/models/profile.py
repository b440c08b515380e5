"""One country under one theme: its working copy, and the way to its editions."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles import content
from profiles.footnotes import number_references, renumber
from profiles.limits import OVERVIEW_HEADING
from profiles.review.publishing import Change, Unpublishable, refusals
from profiles.richtext import clean, clean_inline, clean_note

from .edition import Edition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EditedMeanwhile(Exception):
    """Someone else saved this working copy since it was read; nothing was stored."""


class ProfileQuerySet(models.QuerySet["Profile"]):
    def live(self) -> "ProfileQuerySet":
        """What the public may see; every view, feed, sitemap, search and mail starts here."""
        return self.filter(live_edition__isnull=False)

    def in_language(self, language: str) -> "ProfileQuerySet":
        return self.filter(language=language)

    def at(self, country: str, theme: str) -> "ProfileQuerySet":
        """The profile at an address of the URL map, in whatever languages it has."""
        return self.filter(country__slug=country, theme__slug=theme)

    def without_text(self) -> "ProfileQuerySet":
        """For pages that name the live edition and do not print it: a snapshot is the largest thing there is."""
        return self.select_related("live_edition").defer("live_edition__snapshot")

    def with_change_note(self) -> "ProfileQuerySet":
        """Add ``change_note``: what was said of the newest substantive edition; and ``edition_count``."""
        editions = Edition.objects.filter(profile=OuterRef("pk"))
        newest = editions.substantive().order_by("-number")
        counted = editions.order_by().values("profile").annotate(count=Count("pk"))
        return self.annotate(
            change_note=Subquery(newest.values("change_note")[:1]), edition_count=Subquery(counted.values("count"))
        )


class Profile(models.Model):
    """One country × one theme × one language; stable for years, and the owner of its working copy."""

    country = models.ForeignKey("profiles.Country", models.PROTECT, related_name="profiles", verbose_name=_("country"))
    theme = models.ForeignKey("profiles.Theme", models.PROTECT, related_name="profiles", verbose_name=_("theme"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")

    # the working copy, with facts, sections and footnotes
    overview_heading = models.CharField(
        _("overview heading"), max_length=OVERVIEW_HEADING, blank=True, help_text=_("Empty: the theme's own heading.")
    )
    proposed_date = models.DateField(
        _("proposed date"),
        null=True,
        blank=True,
        help_text=_("What “Last updated” should become with the next substantive edition."),
    )
    lock_version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("edited by"),
    )
    imported_digest = models.CharField(_("digest of the last import"), max_length=64, blank=True, editable=False)

    # what the public sees: written by `publish` and `withdraw`, under this profile's lock
    last_updated = models.DateField(_("last updated"), null=True, blank=True, editable=False)
    live_edition = models.OneToOneField(
        Edition,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="live_for",
        verbose_name=_("live edition"),
    )
    news_count = models.PositiveIntegerField(
        _("substantive publications"), default=0, editable=False
    )  # a second one on a day moves no date, and is news none the less
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawal_reason = models.TextField(_("reason for withdrawal"), blank=True, editable=False)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        ordering = ["country__name", "theme__position"]
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        permissions = [("publish_profile", "Can publish and withdraw profiles")]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "theme", "language"], name="profile_once_per_country_theme_and_language"
            ),
            models.CheckConstraint(
                condition=Q(live_edition__isnull=True) | Q(last_updated__isnull=False),
                name="profile_that_is_live_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(live_edition__isnull=True),
                name="profile_is_live_or_withdrawn_not_both",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="profile_that_is_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.theme}"

    def get_absolute_url(self) -> str:
        return reverse("profiles:profile", args=[self.country.slug, self.theme.slug])

    @property
    def is_live(self) -> bool:
        return self.live_edition_id is not None

    def content(self) -> content.Content:
        """The working copy as it would be published now: cleaned once more, and numbered."""
        facts = [(fact.topic.label, clean_inline(fact.value)) for fact in self.facts.select_related("topic")]
        sections = [(str(section.key), section.heading, clean(section.body)) for section in self.sections.all()]
        notes = [content.Footnote(str(note.key), clean_note(note.text)) for note in self.footnotes.all()]
        bodies = [value for _label, value in facts] + [body for _key, _heading, body in sections]
        numbers = number_references(bodies, known=(note.key for note in notes))
        return content.Content(
            country=self.country.name,
            theme=self.theme.name,
            language=self.language,
            overview_heading=self.overview_heading or self.theme.overview_heading,
            facts=tuple(content.Fact(label, renumber(value, numbers)) for label, value in facts),
            sections=tuple(content.Section(key, heading, renumber(body, numbers)) for key, heading, body in sections),
            footnotes=tuple(notes),
        )

    def renumber(self) -> None:
        """Rewrite the visible numbers in the working copy, so that editors see what readers will see."""
        now = self.content()
        for fact, numbered in zip(self.facts.all(), now.facts, strict=True):
            if fact.value != numbered.value:
                fact.value = numbered.value
                fact.save(update_fields=["value"])
        for section, shown in zip(self.sections.all(), now.sections, strict=True):
            if section.body != shown.body:
                section.body = shown.body
                section.save(update_fields=["body"])

    @transaction.atomic
    def claim(self, version: int, *, by: "User | None") -> None:
        """Take the right to save a working copy that was read as ``version``.

        Call first in the saving transaction. Raises EditedMeanwhile when
        someone saved since; ``edited_by`` and ``edited_at`` then say who and when.
        """
        claimed = Profile.objects.filter(pk=self.pk, lock_version=version).update(
            lock_version=F("lock_version") + 1, edited_by=by, edited_at=timezone.now()
        )
        self.refresh_from_db(fields=["lock_version", "edited_by", "edited_at"])
        if not claimed:
            raise EditedMeanwhile

    @transaction.atomic
    def publish(self, *, by: "User | None", change: Change) -> Edition:
        """Freeze the working copy as the next edition and make it live.

        Raises Unpublishable with every reason (a cited note is missing, a
        substantive change has no public note); nothing is changed then.
        """
        locked = Profile.objects.select_for_update().get(pk=self.pk)  # one publisher at a time
        newest = locked.editions.order_by("-number").first()
        frozen = locked.content()
        if reasons := refusals(
            frozen,
            change,
            previous=newest.readable_content if newest else None,
            is_first=newest is None,
            is_live=locked.is_live,
            last_updated=locked.last_updated,
            today=timezone.localdate(),
        ):
            raise Unpublishable(reasons)
        if change.last_updated:
            locked.last_updated, locked.proposed_date = change.last_updated, None
            locked.news_count += 1
        locked.live_edition = locked.editions.create(
            number=newest.number + 1 if newest else 1,
            kind=change.kind,
            last_updated=locked.last_updated,  # type: ignore[misc]  # refused above when there is none
            change_note=change.note,
            snapshot=frozen.as_json(),
            published_at=timezone.now(),
            published_by=by,
        )
        locked.withdrawn_at, locked.withdrawal_reason = None, ""
        locked._store_public_state()
        self.refresh_from_db()
        return locked.live_edition

    @transaction.atomic
    def withdraw(self, *, reason: str) -> None:
        """Take the profile from the public, who are told the reason (410) at all its addresses.

        Editions stay stored; publishing again ends the withdrawal. Raises
        ValueError without a reason or when nothing is live; nothing is changed then.
        """
        locked = Profile.objects.select_for_update().get(pk=self.pk)
        if not reason.strip():
            raise ValueError("A withdrawal needs a reason that readers can understand.")
        if not locked.is_live:
            raise ValueError("Only a published profile can be withdrawn.")
        locked.live_edition = None
        locked.withdrawn_at, locked.withdrawal_reason = timezone.now(), reason.strip()
        locked._store_public_state()
        self.refresh_from_db()

    def _store_public_state(self) -> None:
        self.save(
            update_fields=[
                "live_edition",
                "last_updated",
                "news_count",
                "proposed_date",
                "withdrawn_at",
                "withdrawal_reason",
            ]
        )
