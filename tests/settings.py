"""The settings for tests inside pytest; the real processes of a story get theirs from `tests.stack`."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 40)
if "HITL_VAR" not in os.environ:
    os.environ["HITL_VAR"] = tempfile.mkdtemp(prefix="hitl-tests-")
    atexit.register(shutil.rmtree, os.environ["HITL_VAR"], ignore_errors=True)
    os.chmod(os.environ["HITL_VAR"], 0o711)  # noqa: S103 - a bot's browser enters its session's folder below
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # each process of tests has a folder, and so a stack, of its own
    mine = os.path.join(os.environ["HITL_VAR"], worker)
    os.makedirs(mine, mode=0o711, exist_ok=True)
    os.environ["HITL_VAR"] = mine
# Temporary files of the tests and of all that they start, in one place: what is left there at the end was forgotten.
# A short one: the path of a socket has room for 107 bytes.
os.environ["TMPDIR"] = os.path.join(os.environ["HITL_VAR"], "t")
# Where libpulse, which a Chromium loads, would make itself a folder among those files once for each home.
os.environ["PULSE_RUNTIME_PATH"] = os.path.join(os.environ["HITL_VAR"], "pulse")
os.environ.setdefault("HITL_PRACTICE", "1")
os.environ.setdefault("BASE_URL", "http://127.0.0.1:8000")

from hitl.settings import *
from hitl.settings import ALLOWED_HOSTS, DATABASES, MIDDLEWARE, STORAGES, VAR

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, as in production: several threads and the processes of a story share it.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
# It is asynchronous: each request of a test client would make an event loop for it, which took half of its time.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("servestatic")]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CELERY_BROKER_URL = "memory://"  # what is published waits; nobody consumes
# Not the stack's, into which static files are collected: each test client would look through them all anew.
STATIC_ROOT = VAR / "no-static"
FOR_ALL = VAR.parent if worker else VAR  # what the processes of tests share
STATIC_ROOT.mkdir(exist_ok=True)
(VAR / "t").mkdir(mode=0o711, exist_ok=True)
tempfile.tempdir = str(VAR / "t")
HASHERS = "django.contrib.auth.hashers."
PASSWORD_HASHERS = [HASHERS + "MD5PasswordHasher", HASHERS + "PBKDF2PasswordHasher"]
