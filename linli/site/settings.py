"""Django's settings, all derived from `Config`. Nothing here reads the environment by itself."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from linli.site import cluster
from linli.site.config import config, translations_folder
from linli.site.logs import LOGGING as LOGGING

_config = config()
ROOT = Path(__file__).resolve().parents[2]

SECRET_KEY = _config.key("secret_key")
DEBUG = _config.debug
ALLOWED_HOSTS = [host.strip() for host in _config.allowed_hosts.split(",") if host.strip()]
LINLI = _config

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "pgtrigger",
    "template_partials.apps.SimpleAppConfig",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "linli.kernel",
    "linli.journal",
    "linli.jobs",
    "linli.territory",
    "linli.accounts",
    "linli.workforce",
    "linli.knowledge",
    "linli.cases",
    "linli.problems",
    "linli.insight",
    "linli.channels",
    "linli.api",
    "linli.web",
]

MIDDLEWARE = [
    "linli.site.request_log.request_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "linli.accounts.middleware.actor_middleware",
    "linli.accounts.door.middleware.door_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "linli.kernel.http.refusal_middleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "linli.site.urls"
WSGI_APPLICATION = "linli.site.wsgi.application"

# Named partials need their loader around the cached one, hence the explicit list.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "linli.web.context.page",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **_config.connection(),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 12, "timeout": 10},
            "application_name": "linli",
            "connect_timeout": 5,
            # Statements of cases.bulk.prepared_cursor are planned when they come a second time; no others are.
            "prepare_threshold": 1,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
AUTHENTICATION_BACKENDS = ["linli.accounts.door.backend.Backend"]
PASSWORD_HASHERS = [
    "linli.accounts.door.hashing.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "staff_number", "display_name")},
    },
]

# Sign-in (django-allauth): by user name or staff number, without e-mail; nobody opens an account alone.
ACCOUNT_ADAPTER = "linli.accounts.door.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Few tries for one account; many for one address, behind which a whole town hall may sit.
ACCOUNT_RATE_LIMITS = {
    "login": "1200/m/ip",
    "login_failed": "300/m/ip,5/5m/key",
    "reauthenticate": "20/m/user",
    "change_password": "10/m/user",
}
ACCOUNT_FORMS = {
    "login": "linli.accounts.door.forms.SignInForm",
    "change_password": "linli.accounts.door.forms.ChangePasswordForm",
    "reauthenticate": "linli.accounts.door.forms.AgainForm",
}
MFA_ADAPTER = "linli.accounts.door.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Linli"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "linli.accounts.door.forms.SecondStepForm",
    "reauthenticate": "linli.accounts.door.forms.SecondStepAgainForm",
    "activate_totp": "linli.accounts.door.forms.AddTotpForm",
    "add_webauthn": "linli.accounts.door.forms.AddKeyForm",
}
# The city's own sign-in, if there is one. It opens no account; see linli/accounts/door/city.py.
SOCIALACCOUNT_ADAPTER = "linli.accounts.door.city.CityAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form could not be sent on to another host under our policy
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "city",
                "name": _config.oidc_name,
                "client_id": _config.oidc_client_id,
                "secret": _config.oidc_client_secret.get_secret_value(),
                "settings": {"server_url": _config.oidc_server or "", "fetch_userinfo": False},
            }
        ],
    }
}
# The request log has put the caller in REMOTE_ADDR by then (LINLI_PROXIES); no other header is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
CACHES = {"default": {"BACKEND": "linli.accounts.door.cache.PostgresCache"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [translations_folder()]
TIME_ZONE = _config.time_zone
USE_TZ = True

STATIC_URL = "static/"
# `linli serve` collects the files here, hashed and compressed, before it opens its port.
STATIC_ROOT = cluster.home() / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

SESSION_ENGINE = "linli.accounts.door.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "linli.web.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"


def _live_sources() -> list[str]:
    """Return where pages may listen besides their own address: the live stream on another port or host."""
    address = _config.live_url
    if address.startswith(":"):
        port = address[1:].partition("/")[0]
        scheme = "https" if _config.https else "http"
        # A policy cannot name an address of IPv6.
        return [f"{scheme}://{host}:{port}" for host in ALLOWED_HOSTS if "[" not in host]
    found = urlsplit(address)
    return [f"{found.scheme}://{found.netloc}"] if found.netloc else []


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF, *_live_sources()],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _config.https
SECURE_SSL_REDIRECT = _config.https
SECURE_REDIRECT_EXEMPT = [
    r"^health/",
    r"^health$",
    r"^metrics$",
]  # asked by machines, beside the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _config.https else None
SECURE_HSTS_SECONDS = _config.hsts_seconds
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "linli.vault.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# What is larger than memory should hold waits here for its request, out of other people's reach.
FILE_UPLOAD_TEMP_DIR = _config.uploads_folder()

PGTRIGGER_MIGRATIONS = True
SILENCED_SYSTEM_CHECKS = [
    # Whether the sister hosts of a city's domain speak TLS is for their owner to promise.
    "security.W005",
    "security.W021",
]
