"""What profiles are made of: regions, countries, themes and their topics."""

from django.contrib import admin

from profiles.models import Country, FormerSlug, Region, Theme, Topic


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]
    prepopulated_fields = {"slug": ["name"]}


class FormerSlugInline(admin.TabularInline):
    model = FormerSlug
    extra = 0


@admin.register(Country)
class CountryAdmin(admin.ModelAdmin):
    list_display = ["name", "iso3", "iso2", "region", "is_state", "slug"]
    list_filter = ["region", "is_state"]
    list_select_related = ["region"]
    search_fields = ["name", "iso3", "iso2", "former_slugs__slug"]
    inlines = [FormerSlugInline]


class TopicInline(admin.TabularInline):
    model = Topic
    extra = 1


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "overview_heading", "position"]
    inlines = [TopicInline]


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["label", "theme", "position"]
    list_filter = ["theme"]
    list_select_related = ["theme"]
    search_fields = ["label"]
