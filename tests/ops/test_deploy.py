"""The settings of an installation that others reach, as Django's own check for deployment sees them."""

import os
import secrets
import subprocess
import sys

import pytest

from hitl.up.home import CODE

PRODUCTION = {"BASE_URL": "https://hitl.example.com", "HITL_BEHIND_PROXY": "1", "HITL_LOG_FORMAT": "json"}


def checked(**environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.defpath, "HITL_VAR": os.environ["HITL_VAR"], "SECRET_KEY": secrets.token_urlsafe(60)}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=CODE, env={**given, **PRODUCTION, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.security
def test_t28_an_installation_with_tls_has_nothing_to_warn_of() -> None:
    done = checked()
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


@pytest.mark.security
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("SECRET_KEY", "x" * 60, "security.W009"),
        ("HITL_DEBUG", "1", "security.W018"),
        ("BASE_URL", "hitl.example.com", "must look like https://"),
        ("BASE_URL", "https://hitl.example.com:80000", "must look like https://"),
        ("BASE_URL", "https://[::1", "must look like https://"),
        ("HITL_LOG_FORMAT", "xml", "must be plain or json"),
    ],
)
def test_t28_it_says_what_is_wrong(name: str, value: str, why: str) -> None:
    done = checked(**{name: value})
    assert done.returncode != 0
    assert why in done.stderr
