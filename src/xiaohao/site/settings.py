"""Django's settings. Everything secret or local comes from the environment or XIAOHAO_HOME."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from xiaohao.kernel.home import folder, is_divided, secret
from xiaohao.kernel.postgres import database_url
from xiaohao.notices.rules.smtp import server

HERE = Path(__file__).resolve().parent
DEBUG = os.environ.get("XIAOHAO_DEBUG") == "1"
SECRET_KEY = secret("django").hex()
ALLOWED_HOSTS = os.environ.get("XIAOHAO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("XIAOHAO_ORIGINS", "").split(",") if o]
DIVIDED = is_divided()  # among tenants; nothing below costs anything where it is not
BEHIND_TLS = os.environ.get("XIAOHAO_TLS") == "1"

INSTALLED_APPS = [
    "xiaohao.site",
    "xiaohao.tenants",
    "xiaohao.dashboards",
    "xiaohao.exchange",
    "xiaohao.notices",
    "xiaohao.intake",
    "xiaohao.commitments",
    "xiaohao.services",
    "xiaohao.lookback",
    "xiaohao.escalation",
    "xiaohao.ledger",
    "xiaohao.campaigns",
    "xiaohao.triage",
    "xiaohao.figures",
    "xiaohao.files",
    "xiaohao.people",
    "xiaohao.units",
    "xiaohao.trail",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "pgtrigger",
    "procrastinate.contrib.django",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "xiaohao.site.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xiaohao.site.unreadable.unreadable",  # before a session is looked up
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xiaohao.site.middleware.not_kept",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xiaohao.site.middleware.answers",
    "xiaohao.site.middleware.actor",
    "xiaohao.site.middleware.body_limit",  # after all that its page needs; CSRF reads bodies later
    "axes.middleware.AxesMiddleware",
]

if DIVIDED:
    # Which hosts there are is known by the registry, and it refuses all others.
    ALLOWED_HOSTS = ["*"]
    MIDDLEWARE.insert(0, "xiaohao.tenants.middleware.tenant")

ROOT_URLCONF = "xiaohao.site.urls"
WSGI_APPLICATION = "xiaohao.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiaohao.site.context.house",
            ],
            "builtins": ["django.templatetags.i18n", "xiaohao.site.templatetags.house"],
        },
    }
]


def _database(address: str) -> dict[str, object]:
    url = urlsplit(address)
    query = dict(parse_qsl(url.query))
    # Compiling a query takes longer than any query of a page may.
    query["options"] = f"-c jit=off {query.get('options', '')}".rstrip()
    return {
        "ENGINE": "xiaohao.kernel.routed" if DIVIDED else "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.pop("host", None) or url.hostname or "",
        "PORT": str(query.pop("port", None) or url.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **query},
    }


DATABASES = {"default": _database(database_url())}
if replica := os.environ.get("XIAOHAO_REPLICA_URL"):
    DATABASES["replica"] = _database(replica)
    MIDDLEWARE.append("xiaohao.site.replica.reading")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if DIVIDED:
    CACHES["default"]["KEY_FUNCTION"] = "xiaohao.kernel.tenancy.cache_key"
    # A message in a cookie is signed with a key that tenants share; one in a session is not read
    # by anybody else.
    MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "xiaohao.people.login.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# django-axes counts wrong passwords, over all processes (see `people.login`); what is counted here
# are wrong codes of the second factor, by account. A whole office may share one address.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("XIAOHAO_PROXIES", "0"))
ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key", "login": "120/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Xiaohao"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "xiaohao.site.middleware.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "xiaohao.people.login.name_of"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS: list[str] = []

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "xiaohao.site.errors.csrf_failed"

XIAOHAO_MAIL = server(os.environ.get("XIAOHAO_SMTP_URL", ""))
if XIAOHAO_MAIL:
    EMAIL_HOST, EMAIL_PORT = XIAOHAO_MAIL.host, XIAOHAO_MAIL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = XIAOHAO_MAIL.user, XIAOHAO_MAIL.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = XIAOHAO_MAIL.use_tls, XIAOHAO_MAIL.use_ssl
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("XIAOHAO_MAIL_FROM", "xiaohao@localhost")
# Where people reach this installation, for links in mails.
XIAOHAO_URL = os.environ.get("XIAOHAO_URL", "http://127.0.0.1:8000").rstrip("/")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [HERE.parent / "kernel" / "locale"]  # the kernel is no application
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "assets"] if (HERE / "assets").exists() else []
STATIC_ROOT = folder("static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 12

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": 3,  # a training must not keep messages waiting
    "delete_jobs": "successful",
    "shutdown_graceful_timeout": 8,  # seconds; less than the supervisor waits
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"codes": {"()": "xiaohao.site.logs.WithoutCodes"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["codes"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
