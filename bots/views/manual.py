"""The manual of scripts, as docs/scripts.md has it, for whoever writes one."""

import functools
from itertools import pairwise

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from hitl.tenants.access import MemberRequest, member

MANUAL = settings.BASE_DIR / "docs" / "scripts.md"


@member()
@require_safe
def manual(request: MemberRequest) -> HttpResponse:
    return render(request, "bots/manual.html", {"sections": sections(), "text": as_html()})


@functools.cache
def as_html() -> SafeString:
    """The file as HTML: our own words, and no HTML in them. Each step's heading can be linked to."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(MANUAL.read_text().split("\n", 1)[1])
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", inline.content.strip("`").replace(" ", "-"))
    return SafeString(markdown.renderer.render(tokens, markdown.options, {}))


@functools.cache
def sections() -> list[str]:
    """The step types in the manual's order."""
    headings = (line.removeprefix("### ") for line in MANUAL.read_text().splitlines() if line.startswith("### `"))
    return [heading.strip("`") for heading in headings]
