"""Django's settings, made from the environment. Every value of ours is described in host/environment.py."""

from __future__ import annotations

from otdel.host import environment

ENVIRONMENT = environment.load()

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.debug
OUTSIDE = ENVIRONMENT.outside
PORT, LIVE_PORT = ENVIRONMENT.port, ENVIRONMENT.live_port
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)

INSTALLED_APPS = [
    "otdel.interfaces.web",
    "otdel.interfaces.files",
    "otdel.interfaces.api",
    "otdel.demo",
    "otdel.automation",
    "otdel.measures",
    "otdel.plans",
    "otdel.tasks",
    "otdel.billing",
    "otdel.activities",
    "otdel.deals",
    "otdel.customers",
    "otdel.notifications",
    "otdel.org",
    "otdel.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "template_partials",
    "django_htmx",
]
MIDDLEWARE = [
    "otdel.interfaces.web.proxies.forwarded",
    "otdel.interfaces.web.middleware.request_id",
    "otdel.interfaces.web.health.middleware",
    "django.middleware.security.SecurityMiddleware",
    "otdel.interfaces.web.security.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "otdel.interfaces.web.middleware.person",
    "otdel.interfaces.web.middleware.first_run",
    "otdel.interfaces.web.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "otdel.interfaces.web.middleware.Refusals",
]
ROOT_URLCONF = "otdel.urls"
WSGI_APPLICATION = "otdel.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": {**ENVIRONMENT.database, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}}
DATABASES["default"].setdefault("OPTIONS", {})
# a pooled connection is asked whether it lives (the database may have restarted); no more of them than threads
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": ENVIRONMENT.threads + 2, "timeout": 10}

AUTH_USER_MODEL = "org.Person"
AUTHENTICATION_BACKENDS = ["otdel.interfaces.web.sign_in.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "first_name", "last_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = ENVIRONMENT.language
LANGUAGES = [("ru", "Русский"), ("en", "English")]
TIME_ZONE = ENVIRONMENT.time_zone
USE_I18N = True
USE_TZ = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "otdel.interfaces.web.templatetags.look",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "otdel.interfaces.web.layout.layout",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static
MEDIA_ROOT = ENVIRONMENT.files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_LIMIT = ENVIRONMENT.upload_limit
# the first one reads a file that is too large to its end without keeping it, so that the page can say so
FILE_UPLOAD_HANDLERS = [
    "otdel.interfaces.files.quota.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a plan grid of 1,000 people by 12 months

if ENVIRONMENT.email is None:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = ENVIRONMENT.mail
else:
    EMAIL_HOST = ENVIRONMENT.email.host
    EMAIL_PORT = ENVIRONMENT.email.port
    EMAIL_HOST_USER = ENVIRONMENT.email.user
    EMAIL_HOST_PASSWORD = ENVIRONMENT.email.password
    EMAIL_USE_TLS = ENVIRONMENT.email.tls
    EMAIL_USE_SSL = ENVIRONMENT.email.ssl
EMAIL_TIMEOUT = 20
MAIL_WORKS = ENVIRONMENT.email is not None  # without a mail server people are shown the links to hand over
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure
SESSION_COOKIE_AGE = 14 * 24 * 3600
# the middleware "forwarded" has taken this header from everybody who is not a named proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxies else None
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.secure else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url] if ENVIRONMENT.url else []
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 24 * 3600

# Counts of sign-in attempts, shared by the web processes; nothing on a signed-in page reads it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Sign-in (allauth): by e-mail, nobody registers themselves, a letter of invitation proves the address.
ACCOUNT_ADAPTER = "otdel.interfaces.web.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,5/5m/key",  # five wrong passwords close the account's door for five minutes
    "reset_password": "10/m/ip,3/5m/key",
}
ACCOUNT_FORMS = {
    "login": "otdel.interfaces.web.sign_in.SignInForm",
    "reset_password": "otdel.interfaces.web.sign_in.AskResetForm",
}
MFA_ADAPTER = "otdel.interfaces.web.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.secure  # browsers allow it on localhost only
MFA_FORMS = {
    "authenticate": "otdel.interfaces.web.sign_in.SecondFactorForm",
    "reauthenticate": "otdel.interfaces.web.sign_in.ConfirmForm",
    "activate_totp": "otdel.interfaces.web.sign_in.AppForm",
    "add_webauthn": "otdel.interfaces.web.sign_in.AddKeyForm",
    "login_webauthn": "otdel.interfaces.web.sign_in.PasskeyForm",
}

# Whoever reaches the server first would become its administrator: others than this machine must know a code.
FIRST_RUN_CODE_FILE = (
    None if ENVIRONMENT.host in environment.LOOPBACK and not ENVIRONMENT.url else ENVIRONMENT.data / "first-run-code"
)

REACTIONS = "otdel.reactions.REACTIONS"
PROCRASTINATE_IMPORT_PATHS = ["otdel.schedule"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
