"""The pages of the practice bank and shop."""

import secrets

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice import code as codes
from practice.card import CardForm
from practice.visitor import ADMITTED, KNOWN, forget, needs, remember

CUSTOMER, PASSWORD = "4711-2025", "larkspur-blue"  # printed on the page: there is nothing to protect
BALANCE = "3,482.17"
ORDER = [("Field recorder, 4 channels", 1, "829.00"), ("Condenser microphone", 2, "420.00")]
TOTAL = "1,249.00"
REPORT_ROWS = 128
ORDER_SALT, CARD_SALT = "practice.order", "practice.card"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/index.html")


@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The first factor."""
    page = {
        "customer": CUSTOMER,
        "password": PASSWORD,
        "typed": request.POST.get("customer", ""),
        "error": "",
    }
    if request.method == "POST":
        if (request.POST.get("customer", "").strip(), request.POST.get("password", "")) == (
            CUSTOMER,
            PASSWORD,
        ):
            return remember(redirect("practice:code"), KNOWN)
        page["error"] = "That customer number and password do not belong together. Both are printed below."
    return render(request, "practice/login.html", page)


@require_http_methods(["GET", "POST"])
@needs(KNOWN, ADMITTED)
def code(request: HttpRequest) -> HttpResponse:
    """The second factor, which is shown on the phone."""
    error = ""
    if request.method == "POST":
        if codes.is_right(request.POST.get("code", "")):
            return remember(redirect("practice:account"), ADMITTED)
        error = "That code is wrong or too old. Look at the phone again."
    return render(request, "practice/code.html", {"error": error})


@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    response = render(request, "practice/phone.html", {"code": codes.current(), "seconds": codes.seconds_left()})
    response["Refresh"] = str(codes.seconds_left() + 1)  # the page keeps the code current without a script
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@needs(ADMITTED)
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/account.html", {"balance": BALANCE, "customer": CUSTOMER})


@require_http_methods(["GET", "POST"])
@needs(ADMITTED)
def card(request: HttpRequest) -> HttpResponse:
    """A new card: a list, a date and a picture, which want a person's own controls on somebody else's screen."""
    form = CardForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect("practice:card_ordered", signing.dumps(form.summary(), salt=CARD_SALT, compress=False))
    return render(request, "practice/card.html", {"form": form})


@require_GET
def card_ordered(request: HttpRequest, receipt: str) -> HttpResponse:
    """What was ordered stands in the address, signed; the picture was looked at and let go."""
    try:
        ordered = signing.loads(receipt, salt=CARD_SALT)
    except signing.BadSignature:
        raise Http404("There is no such order.") from None
    return render(request, "practice/card_ordered.html", {"ordered": ordered})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    return forget(redirect("practice:login"))


@require_http_methods(["GET", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """A basket whose price wants a person's approval."""
    if request.method == "POST":
        number = f"LS-{secrets.randbelow(900_000) + 100_000}"
        return redirect("practice:ordered", signing.dumps(number, salt=ORDER_SALT, compress=False))
    return render(request, "practice/order.html", {"lines": ORDER, "total": TOTAL})


@require_GET
def ordered(request: HttpRequest, receipt: str) -> HttpResponse:
    """The confirmation. The number is in its address, signed, since nothing is stored."""
    try:
        number = signing.loads(receipt, salt=ORDER_SALT)
    except signing.BadSignature:
        raise Http404("There is no such order.") from None
    return render(request, "practice/ordered.html", {"number": number, "total": TOTAL})


@require_http_methods(["GET", "POST"])
def moved(request: HttpRequest) -> HttpResponse:
    """A page that changed since its bot was written: no #download-report, "Export" under "More" instead."""
    if request.method == "POST":
        return redirect("practice:report")
    return render(request, "practice/moved.html")


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/report.html", {"rows": REPORT_ROWS})
