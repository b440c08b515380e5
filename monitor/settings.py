"""Settings, read from the environment; none has to be set.

With nothing set the site serves this machine alone: SQLite and mails under
``var/``, a known key, the debug page. Naming another host in ``MONITOR_HOSTS``
is what makes an installation: from then on a real key is demanded, the debug
page is off and every cookie wants HTTPS.

Names and defaults are listed in the README.
"""

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.str("MONITOR_VAR", default=str(BASE_DIR / "var")))
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)

# --- who is served -----------------------------------------------------------

ALLOWED_HOSTS = env.list("MONITOR_HOSTS", default=["localhost", "127.0.0.1"])
LOCAL = set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1"}
DEBUG = LOCAL and env.bool("MONITOR_DEBUG", default=True)

LOCAL_KEY = "known-to-everybody-so-it-serves-this-machine-alone-and-nobody-else"
SECRET_KEY = env.str("MONITOR_SECRET_KEY", default=LOCAL_KEY)
if not LOCAL and SECRET_KEY == LOCAL_KEY:
    raise ImproperlyConfigured("MONITOR_SECRET_KEY must be set to serve other hosts.")

# The address printed in mails and feeds: never taken from a request, whose Host header a stranger writes.
SITE_URL = env.str("MONITOR_SITE_URL", default="http://127.0.0.1:8000" if LOCAL else f"https://{ALLOWED_HOSTS[0]}")
# Stands in the ids of feed entries, which must never change: a site that moves keeps the name it began with.
FEED_AUTHORITY = env.str("MONITOR_FEED_AUTHORITY", default=urlsplit(SITE_URL).hostname or "localhost")

# How many proxies of ours stand in front: that many X-Forwarded-For entries are believed.
TRUSTED_PROXIES = env.int("MONITOR_TRUSTED_PROXIES", default=0)

# The site's name, wherever one is printed.
SITE_NAME = _("Treaty Monitor")

# --- the house ---------------------------------------------------------------

INSTALLED_APPS = [
    "monitor",
    "profiles",
    "feedback",
    "notifications",
    "ckeditor",
    "monitor.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "monitor.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "monitor.languages.PathLanguageMiddleware",
    "monitor.refusals.UnavailableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "monitor.throttle.ThrottleMiddleware",
]

ROOT_URLCONF = "monitor.urls"
WSGI_APPLICATION = "monitor.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "monitor.pages.menu",
            ],
        },
    },
]

# Duties: what `manage.py work` does, in this order, again and again.
DUTIES = [
    "notifications.duties.detect",
    "notifications.duties.fan_out",
    "notifications.duties.compose",
    "notifications.duties.send",
    "notifications.duties.sweep",
    "feedback.duties.tell_editors",
    "feedback.duties.redraw",
    "feedback.duties.sweep",
    "monitor.throttle.sweep",
]

# --- where things are kept ---------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'monitor.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a transaction that will write waits its turn at the start instead of failing in the middle.
    DATABASES["default"]["ENGINE"] = "monitor.steady_sqlite3"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA temp_store=MEMORY;",  # a full disk has no room to sort in either
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that is switched off refuses nothing and answers nothing: seconds to wait for it, and milliseconds.
    patience = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
    DATABASES["default"]["OPTIONS"] = {**patience, **DATABASES["default"].get("OPTIONS", {})}
# Rows that travel keep their times whole.
SERIALIZATION_MODULES = {"json": "monitor.serializers.json", "jsonl": "monitor.serializers.jsonl"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
with suppress(OSError):  # a disk that is full or read-only is no reason not to start
    STATIC_ROOT.mkdir(exist_ok=True)
# On this machine a file is looked for when it is asked for, so that nothing has to be collected and no start has
# to list the editor's 6,500; elsewhere `collectstatic` hashes and compresses them once.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL
STORAGES = {
    "default": {"BACKEND": "feedback.storage.PrivateStorage"},
    "private": {"BACKEND": "feedback.storage.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Whoever collects them, the account that serves may read them; all else is private (monitor.private).
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
PRIVATE_ROOT = VAR / "private"

# A profile with 300 notes is one form of about 1,800 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- languages and time ------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "monitor" / "locale"]
FORMAT_MODULE_PATH = ["monitor.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("MONITOR_TIME_ZONE", default="UTC")

# --- mail --------------------------------------------------------------------

# Unset on this machine: mails become files, which `make demo` shows at /demo/mails/.
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{VAR / 'mails'}" if LOCAL else "smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MONITOR_FROM", default="Treaty Monitor <monitor@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where readers may write by mail instead of the form; printed beside it.
FEEDBACK_EMAIL = env.str("MONITOR_FEEDBACK_EMAIL", default="feedback@localhost")
# How long a changed date must stand before it is announced, so that a slip mended at once tells nobody.
QUIET_MINUTES = env.int("MONITOR_QUIET_MINUTES", default=10)

# --- limits for strangers ----------------------------------------------------

# POSTs per network and hour, by URL name; monitor.throttle counts them, and more for the wider networks around it.
THROTTLES = {
    "feedback:send": 10,
    "notifications:subscribe": 20,
}
# Wrong passwords that are looked at within an hour; beyond that, one a minute (monitor.guessing).
WRONG_PASSWORDS = {"network": 30, "account": 10, "browser": 10}

# Feedback: what one post may carry, and all posts of a day together.
FEEDBACK_MAX_CHARACTERS = 20_000
FEEDBACK_MAX_FILES = 5
FEEDBACK_MAX_FILE_BYTES = 10 * 1024**2
FEEDBACK_MAX_POST_BYTES = 25 * 1024**2
FEEDBACK_DAILY_BYTES = 2 * 1024**3  # one network a tenth of it
FEEDBACK_FREE_BYTES = 1024**3  # files are refused while the disk has less than this left

# How long feedback is kept after the editors have dealt with it; printed beside the form.
FEEDBACK_KEEP_FILES_DAYS = env.int("MONITOR_FEEDBACK_KEEP_FILES_DAYS", default=180)
FEEDBACK_KEEP_MESSAGES_DAYS = env.int("MONITOR_FEEDBACK_KEEP_MESSAGES_DAYS", default=730)
FEEDBACK_KEEP_SPAM_DAYS = 30

# --- safety ------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # gone with the browser: no trace on a reader's machine that a form was opened
CSRF_FAILURE_VIEW = "monitor.kept.csrf_failure"
SESSION_ENGINE = "monitor.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from the last use on
if not LOCAL:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # A browser takes such a name from this host alone, over HTTPS alone: no neighbour under the domain can set it.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "monitor.passwords.RepetitionValidator"},
    {"NAME": "monitor.passwords.OwnWordsValidator"},
]

# --- the editor --------------------------------------------------------------

# ckeditor.W001 says that CKEditor 4.22.1 is its last open release and has known holes. It is the customer's
# choice; the README ("The editor") says what stands in front of it: server sanitising on save and on publish,
# a short plugin list, no uploads, no source view, a policy of its own. Silenced for that reason and no other.
SILENCED_SYSTEM_CHECKS = ["ckeditor.W001"]

# What the editor may do stands in profiles.admin.editor, not here. Its files that nobody needs are not served.
STATICFILES_FINDERS = ["monitor.finders.CarefulFinder"]

# --- logs --------------------------------------------------------------------

# Links that act in somebody's name are cut from every record and every error report.
LOGGING_CONFIG = "monitor.logs.configure"
DEFAULT_EXCEPTION_REPORTER = "monitor.logs.Reporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Its DEBUG lines quote the metadata of readers' pictures, which is promised to be removed.
    "loggers": {"PIL": {"level": "INFO"}},
}
