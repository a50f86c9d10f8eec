"""README's pictures, taken anew from a running `make run`: python -m tools.pictures "$(make -s sign-in | tail -1)".

Two of the example bots wait for a person; the owner looks at the inbox and takes control of one's browser.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from hitl.up import chromium

DOCS = Path(__file__).parent.parent / "docs"
WINDOW = {"width": 1280, "height": 800}
BOTS = ["Order, after somebody approved it", "Bank balance, with a code from the phone"]
PATIENCE = 60_000  # milliseconds until a bot has its browser and its person


def main(sign_in: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(chromium.found(os.environ)))
        page = browser.new_page(viewport=WINDOW, color_scheme="light")  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE)
        page.goto(sign_in)
        press_through(page)
        base = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        workspace = f"{base}/w/{urlsplit(page.url).path.split('/')[2]}"
        for bot in BOTS:
            start(page, workspace, bot)
        look_at_the_inbox(page, workspace)
        drive(page)
        save(page, "live-view")
        page.get_by_role("button", name="Release control").click()
        browser.close()


def press_through(page: Page) -> None:
    """The one-click link asks for one press, so that no mail scanner signs in."""
    button = page.get_by_role("main").get_by_role("button").first
    if "/w/" not in page.url:
        button.click()
        page.wait_for_url("**/w/**")


def start(page: Page, workspace: str, bot: str) -> None:
    page.goto(f"{workspace}/bots/")
    page.get_by_role("link", name=bot, exact=True).click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("#stage[data-answers]").wait_for()  # it waits for a person


def look_at_the_inbox(page: Page, workspace: str) -> None:
    page.goto(f"{workspace}/alerts/")
    if page.get_by_role("button", name="Hide this").is_visible():
        page.get_by_role("button", name="Hide this").click()
    page.wait_for_load_state("networkidle")
    save(page, "inbox")


def drive(page: Page) -> None:
    page.locator(".alert", has_text=BOTS[1]).locator(".alert-do a").first.click()
    page.get_by_role("button", name="Take control").click()
    expect(page.get_by_role("button", name="Release control")).to_be_visible()
    page.wait_for_timeout(1_500)  # the page is fitted to this window, and sharp
    canvas = page.get_by_role("application", name="Live browser")
    canvas.click(position={"x": 300, "y": 210})
    page.wait_for_timeout(800)


def save(page: Page, name: str) -> None:
    """As few bytes as flat colours need."""
    path = DOCS / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
