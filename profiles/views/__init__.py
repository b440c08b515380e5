"""The public pages: find, ask, answer. All are wrapped by `caching.public`."""

from .countries import countries, country
from .home import home
from .profile import edition, history, profile
from .themes import theme, themes
from .updates import updates

__all__ = ["countries", "country", "edition", "history", "home", "profile", "theme", "themes", "updates"]
