"""All settings, read from the environment; the README's table documents each one."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from hitl.oidc import oidc_app, origin_of

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Where everything that is not code lives: database, pictures, sessions, logs.
VAR = Path(env.str("HITL_VAR", default=str(BASE_DIR / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("HITL_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` makes one for you; elsewhere put 50 random characters into the "
        "environment, the same for web, workers and sweeper."
    )

# What is sealed at rest (hitl/vault.py): newest first. SECRET_KEY opens too, so none are needed.
KEYS = env.list("HITL_KEYS", default=[])
if any(len(key) < 32 for key in KEYS):
    raise ImproperlyConfigured(
        "A key in HITL_KEYS is too short. Each is at least 32 random characters, for example from "
        "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`; commas stand between them, the newest first."
    )

# The address that people reach, used for every link in a message; never taken from a request's Host header.
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
try:
    _base = urlsplit(BASE_URL)
    _is_one = _base.scheme in ("http", "https") and bool(_base.hostname) and _base.port != 0  # reading it may raise
except ValueError:
    _is_one = False
if not _is_one:
    raise ImproperlyConfigured(f"BASE_URL is {BASE_URL!r}; it must look like https://hitl.example.com")
HTTPS = _base.scheme == "https"
ALLOWED_HOSTS = [_base.hostname, *env.list("HITL_ALLOWED_HOSTS", default=[])]
ALLOWED_ORIGINS = [f"{_base.scheme}://{_base.netloc}", *env.list("HITL_ALLOWED_ORIGINS", default=[])]
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "hitl.tenants",
    "bots",
    "alerts",
]
PRACTICE = env.bool("HITL_PRACTICE", default=False)
if PRACTICE:
    INSTALLED_APPS.append("practice")

MIDDLEWARE = [
    "hitl.requests.Requests",
    "hitl.api.problems.problems",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hitl.tenants.middleware.SessionsSeen",
]

ROOT_URLCONF = "hitl.urls"
ASGI_APPLICATION = "hitl.asgi.application"
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
                "hitl.tenants.context.page",
                "hitl.tenants.context.workspace",
            ],
        },
    }
]

# Facts
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'hitl.sqlite3'}")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # No mmap_size: SQLite before 3.51.3 has a WAL-reset race that mmap can turn into corruption.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Of a server that is gone without a word, or the way to it, the kernel alone would say so after two hours (F10).
    silence = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    unheard = {"tcp_user_timeout": 25_000}  # milliseconds
    DATABASES["default"]["OPTIONS"] = {**silence, **unheard, **DATABASES["default"].get("OPTIONS", {})}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Hints: broker, pokes, rate limits. Never the only copy of anything.
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
REDIS_WITHIN = {"socket_timeout": 2, "socket_connect_timeout": 2}  # of one that hangs (F7): nobody waits longer
CACHES = {
    "default": {
        "BACKEND": "hitl.cache.HintCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hitl",
        "OPTIONS": REDIS_WITHIN,
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "hitl"},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than any step: a task that is acknowledged early is not redelivered, and the lease's epoch decides anyway.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,
    "socket_keepalive": True,
    "health_check_interval": 10,
    **REDIS_WITHIN,
    "max_retries": 0,  # of whoever publishes, who would try for six seconds while Redis is away; workers try on
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers, for as long as it takes: what they drive needs no Redis
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "bots.run": {"queue": "runs"},
    "bots.canary": {"queue": "runs"},  # the way of executions: it shows that they are taken
    "bots.keep_files": {"queue": "notices"},
    "bots.end_browser": {"queue": "notices"},  # not behind long runs
    "bots.end_orphan": {"queue": "notices"},
    "alerts.*": {"queue": "notices"},
    "tenants.*": {"queue": "notices"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_TASK_ALWAYS_EAGER = False
# A task that cannot be published now is found by the sweeper; a page must not wait for a broker that is away.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# People
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "hitl.tenants.adapter.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[hitl] "
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # mails take their time
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
USERSESSIONS_TRACK_ACTIVITY = True
USERSESSIONS_ADAPTER = "hitl.tenants.adapter.UserSessionsAdapter"
MFA_ADAPTER = "hitl.tenants.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow that for localhost alone
MFA_TOTP_ISSUER = "hitl"
MFA_TOTP_TOLERANCE = 1  # of half minutes: clocks of phones differ

# Sign-in by others: [{"id": "company", "name": "Company", "server": "https://login.example.com", "client_id": "…",
# "client_secret": "…", "signup": true, "trust_email": true}]
OIDC = env.json("HITL_OIDC", default=[])
SOCIALACCOUNT_ADAPTER = "hitl.tenants.adapter.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True  # where a provider's addresses are trusted at all
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [oidc_app(each) for each in OIDC]}}
SIGNUP_OPEN = env.bool("HITL_SIGNUP", default=False)
NEW_WORKSPACES = env.bool("HITL_NEW_WORKSPACES", default=True)  # whoever is signed in may make one
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Mail: smtp://user:password@host:587/?tls=True. Nothing set: messages are kept as files under var/mail.
if EMAIL_URL := env.str("EMAIL_URL", default=""):
    vars().update(env.email_url_config(EMAIL_URL))
    EMAIL_TIMEOUT = 15
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR / "mail")
DEFAULT_FROM_EMAIL = env.str("HITL_FROM_EMAIL", default=f"hitl <hitl@{_base.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Static files: hashed names, served by the web process itself.
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hitl.static.HashedModules"},
}
MEDIA_ROOT = VAR / "files"  # pictures of steps and alerts; handed out by views that check, never by URL

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

# Safety
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "hitl_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "hitl_csrf"
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = False  # the proxy in front ends TLS
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the redirect is the proxy's
    "security.W005",  # whether every host below this one has TLS is not ours to say
    "security.W021",  # nor whether browsers should know it for good
]
BEHIND_PROXY = env.bool("HITL_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # whose X-Forwarded-For tells clients apart where tries are counted
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'", *{origin_of(each["server"]) for each in OIDC}],  # a form's redirect counts too
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # a script may have 1 MB

# The product
CHROMIUM = env.str("HITL_CHROMIUM", default="")
CHROMIUM_SANDBOX = not env.bool("HITL_CHROMIUM_NO_SANDBOX", default=False)
PRIVATE_TARGETS = env.list("HITL_PRIVATE_TARGETS", default=[])
BROWSER_BIND = env.str("HITL_BROWSER_BIND", default="127.0.0.1")  # where web processes reach this worker's browsers
MAX_SESSIONS = env.int("HITL_MAX_SESSIONS", default=20)  # browsers at once on one worker's machine
WORKSPACE_SESSIONS = env.int("HITL_WORKSPACE_SESSIONS", default=0)  # browsers at once of one workspace; 0: no limit
EXECUTIONS_A_DAY = env.int("HITL_EXECUTIONS_A_DAY", default=0)  # of one workspace; 0: no limit
RETENTION_DAYS = env.int("HITL_RETENTION_DAYS", default=0)  # that ended executions are kept; 0: for ever
FILE_LIMIT = env.int("HITL_FILE_LIMIT", default=100)  # MB of one file that a bot or a person fetches
FILES_LIMIT = env.int("HITL_FILES_LIMIT", default=500)  # MB of all files of one execution
RESPONSE_WINDOW = env.int("HITL_RESPONSE_WINDOW", default=30 * 60)  # seconds until a request times out
RESPONSE_GRACE = env.int("HITL_RESPONSE_GRACE", default=2 * 60)  # at least this long after control is lost unused
UNFINISHED_AFTER = env.int("HITL_UNFINISHED_AFTER", default=10 * 60)  # nobody in control: tell people again
CONTROL_IDLE = env.int("HITL_CONTROL_IDLE", default=10 * 60)  # no input: control is given back
CONTROL_KEPT = env.int("HITL_CONTROL_KEPT", default=15)  # a lost socket keeps control this long
SESSION_CAP = env.int("HITL_SESSION_CAP", default=4 * 3600)  # no browser lives longer
RUNNER_LEASE = env.int("HITL_RUNNER_LEASE", default=20)
API_RATE = env.int("HITL_API_RATE", default=600)  # calls a minute that one API key may make

LOG_FORMAT = env.str("HITL_LOG_FORMAT", default="plain")
if LOG_FORMAT not in ("plain", "json"):
    raise ImproperlyConfigured(f"HITL_LOG_FORMAT is {LOG_FORMAT!r}; it must be plain or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "hitl.logs.Plain"}, "json": {"()": "hitl.logs.Json"}},
    "filters": {
        "no_canaries": {"()": "hitl.logs.NoCanaries"},
        "known": {"()": "hitl.logs.Known"},
        "no_tokens": {"()": "hitl.logs.NoTokens"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["no_canaries", "known", "no_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("HITL_LOG_LEVEL", default="INFO")},
}
METRICS_TOKEN = env.str("HITL_METRICS_TOKEN", default="")  # empty: /metrics is for this machine alone
