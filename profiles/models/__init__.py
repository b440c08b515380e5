from .country import Country, FormerSlug, Region
from .edition import Edition, EditionIsForever
from .profile import EditedMeanwhile, Profile
from .theme import Theme, Topic
from .working_copy import Fact, Footnote, Section

__all__ = [
    "Country",
    "EditedMeanwhile",
    "Edition",
    "EditionIsForever",
    "Fact",
    "Footnote",
    "FormerSlug",
    "Profile",
    "Region",
    "Section",
    "Theme",
    "Topic",
]
