"""The mails sent while practising. They hold takeover links, so each person reads only their own."""

import re
from collections.abc import Iterator
from pathlib import Path

from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from practice import mails
from practice.mails import Mail

SHOWN = 50
CID = re.compile(r"cid:([^\"'\s)>]+)")
# A mail brings its own styles and pictures, and nothing else: no script, no request to anywhere.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def _may_read(request: HttpRequest, mail: Mail) -> bool:
    """Staff read all (they run the machine), everyone else what was sent to them."""
    user = request.user
    return bool(user.is_staff) or user.email.lower() in [address.lower() for address in mail.recipients]  # type: ignore[union-attr]


def _readable(request: HttpRequest) -> Iterator[Mail]:
    return (mail for mail in mails.newest_first(Path(settings.EMAIL_FILE_PATH)) if _may_read(request, mail))


def _find(request: HttpRequest, mail_id: str) -> Mail:
    mail = mails.find(Path(settings.EMAIL_FILE_PATH), mail_id)
    if mail is None or not _may_read(request, mail):
        raise Http404("There is no such mail.")
    return mail


@require_GET
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    newest = [mail for mail, _ in zip(_readable(request), range(SHOWN), strict=False)]
    by_files = "filebased" in settings.EMAIL_BACKEND
    return render(request, "practice/mail.html", {"mails": newest, "by_files": by_files})


@require_GET
@login_required
def one(request: HttpRequest, mail_id: str) -> HttpResponse:
    return render(request, "practice/mail_one.html", {"mail": _find(request, mail_id)})


@require_GET
@login_required
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # its types know no view with an argument
def html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The HTML part alone, for the frame. Links open in a tab of their own: our pages refuse to be framed."""
    mail = _find(request, mail_id)
    if not mail.html:
        raise Http404("This mail has no HTML part.")

    # The frame has no origin, so it could not fetch a picture as the person who reads.
    return HttpResponse('<base target="_blank">' + CID.sub(lambda found: mail.picture(found[1]), mail.html))
