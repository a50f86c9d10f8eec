"""One Chromium: where it is, how it is started, and that its sandbox is there."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

CANDIDATES = [
    "/usr/lib/chromium/chromium",  # Debian's real one; /usr/bin/chromium is a script that adds flags of its own
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
]
_SCRIPTS = {
    "/usr/bin/chromium": CANDIDATES[0],
    "/usr/bin/chromium-browser": CANDIDATES[1],
    "/usr/bin/google-chrome": CANDIDATES[2],
    "/usr/bin/google-chrome-stable": CANDIDATES[2],
}
PIPE_IN, PIPE_OUT = 3, 4  # the descriptors on which Chromium reads and writes CDP
_SMALL_SHM = 1 << 30  # below so many bytes in /dev/shm Chromium shares memory through its TMPDIR

_DISABLED = [
    "AimEnabled",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "OmniboxAimPopup",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "FedCm",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OnDeviceModelFetchPerformanceClassEveryStartup",
    "OptimizationGuideModelDownloading",
    "OptimizationGuideModelExecution",
    "OptimizationGuideOnDeviceModel",
    "OptimizationHints",
    "PaintHolding",
    "PdfSaveToDrive",
    "PreconnectToSearch",
    "SpareRendererForSitePerProcess",
    "ThirdPartyStoragePartitioning",
    "Translate",
]  # the first line: pages of the address bar, 60 MB that nobody sees
# The last: pages draw sixty times a second though the compositor looks twice as often (`bots/live/stream.py`).
_ENABLED = ["CDPScreenshotNewSurface", "SkipListAccountsWithoutGaiaCookies", "ThrottleMainFrameTo60Hz"]

# Playwright's own list where it matters to what it drives, then: no network of Chromium's own, no interface.
_FLAGS = [
    "--ozone-platform=wayland",
    "--kiosk",
    "--remote-debugging-pipe",
    "--keep-alive-for-test",
    "--disable-field-trial-config",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-back-forward-cache",
    "--disable-breakpad",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--allow-pre-commit-input",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--blink-settings=pictureInPictureEnabled=false",  # a window that is no tab
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--force-color-profile=srgb",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--no-pings",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-search-engine-choice-screen",
    "--unsafely-disable-devtools-self-xss-warnings",
    "--disable-stack-profiler",
    "--disable-infobars",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-print-preview",
    "--deny-permission-prompts",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",
    "--log-level=3",
    "--lang=en-US",
]

# What pages find missing, so that they offer another way. All of it opens a window of the browser's own, which no key
# reaches, and some of those keep the page from all that is done until they are answered.
_MISSING = [
    "DocumentPictureInPictureAPI",
    "EyeDropperAPI",
    "FedCm",
    "FileSystemAccessLocal",
    "GetDisplayMedia",
    "WebIdentityDigitalCredentials",
]

# What pages may not ask for: the browser would show a list of its own. The rest is denied without a question.
_BLOCKED = [
    "bluetooth_guard", "bluetooth_scanning", "file_system_write_guard", "hid_guard", "notifications",
    "payment_handler", "serial_guard", "usb_guard",
]  # fmt: skip

# What policies would say; only root could install those, and for all of the machine's browsers at once.
_PREFERENCES = {
    "autofill": {"credit_card_enabled": False, "profile_enabled": False},
    "browser": {"has_seen_welcome_page": True, "show_home_button": False},
    "credentials_enable_service": False,
    "credentials_enable_autosignin": False,
    "dns_prefetching": {"enabled": False},
    "enable_do_not_track": False,
    "net": {"network_prediction_options": 2},
    "password_manager": {"leak_detection": False},
    "printing": {"enabled": False},
    "profile": {
        "password_manager_enabled": False,
        "default_content_setting_values": dict.fromkeys(_BLOCKED, 2) | {"automatic_downloads": 1},
    },
    "safebrowsing": {"enabled": False, "enhanced": False},
    "search": {"suggest_enabled": False},
    "signin": {"allowed": False, "allowed_on_next_startup": False},
    "translate": {"enabled": False},
    "webrtc": {"ip_handling_policy": "disable_non_proxied_udp", "udp_port_range": ""},
}

_LOCAL_STATE = {"select_file_dialogs": {"allowed": False}}  # nor by what CDP does not catch, as the viewer of PDFs

# Chromium asks the desktop who opens addresses that are not the web's (mailto:, tel:, an app's own). It is told that it
# does so itself, and lets it be. In place of what starts the machine's programs for a link, it finds what does nothing.
_PROGRAMS = {"xdg-settings": "echo yes", "xdg-open": "exit 1", "xdg-email": "exit 1"}


class NotStarted(Exception):
    """A sentence that says what to do."""


class Place(NamedTuple):
    """The folders of a session; `profile`, `downloads` and `runtime` belong to Chromium's user, nothing else does."""

    folder: Path
    profile: Path
    downloads: Path  # where Chromium puts downloads
    uploads: Path  # the only folder from which files may be put into pages
    runtime: Path  # the sockets, the compositor's and Chromium's own

    @property
    def programs(self) -> Path:
        """What Chromium finds by its name before the machine's own."""
        return self.folder / "programs"


def find(configured: str | None) -> str:
    """The executable: the configured one, or the first that is installed. Raises NotStarted."""
    if configured:
        path = _SCRIPTS.get(configured, configured)
        if found := shutil.which(path) or shutil.which(configured):
            return found
        raise NotStarted(f"There is no Chromium at {configured}: set HITL_CHROMIUM to its executable.")
    for candidate in CANDIDATES:
        if os.access(candidate, os.X_OK):
            return candidate
    raise NotStarted("No Chromium was found: install it (apt install chromium) or set HITL_CHROMIUM.")


def command_line(executable: str, place: Place, size: tuple[int, int], proxy_port: int, sandbox: bool) -> list[str]:
    """The whole of it: nothing that a caller names reaches it but these."""
    optional = {
        "--no-sandbox": not sandbox,
        "--disable-dev-shm-usage": shutil.disk_usage("/dev/shm").free < _SMALL_SHM,  # noqa: S108
    }
    return [
        executable,
        *_FLAGS,
        f"--disable-blink-features={','.join(_MISSING)}",
        f"--disable-features={','.join(_DISABLED)}",
        f"--enable-features={','.join(_ENABLED)}",
        f"--user-data-dir={place.profile}",
        f"--window-size={size[0]},{size[1]}",
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        *(flag for flag, wanted in optional.items() if wanted),
        "about:blank",
    ]


def lay_out(folder: Path, uid: int | None, sockets: Path | None = None) -> Place:
    """Make what belongs into the session's folder. Raises NotStarted where Chromium's user could not reach it."""
    place = Place(folder, folder / "profile", folder / "downloads", folder / "uploads", sockets or short_folder())
    for own in (place.profile / "Default", place.downloads, place.uploads, place.runtime):
        own.mkdir(parents=True, exist_ok=True)
    _write_preferences(place)
    _write_programs(place)
    if uid is not None:
        folder.chmod(0o711)  # may be entered, not listed
        _hand_over(place, uid)
        _check_way(folder)
    return place


def short_folder() -> Path:
    """Not below the session's folder, which may stand anywhere: a socket's whole path has 107 characters at most."""
    return Path(tempfile.mkdtemp(prefix="hitl-", dir="/tmp"))


def _write_preferences(place: Place) -> None:
    downloads = {"default_directory": str(place.downloads), "prompt_for_download": False}
    preferences = _PREFERENCES | {
        "download": downloads,
        "savefile": {"default_directory": str(place.downloads)},
    }
    (place.profile / "Default" / "Preferences").write_text(json.dumps(preferences))
    (place.profile / "Local State").write_text(json.dumps(_LOCAL_STATE))


def _write_programs(place: Place) -> None:
    place.programs.mkdir()
    place.programs.chmod(0o755)  # whatever the umask: else its user would find the machine's
    for name, script in _PROGRAMS.items():
        program = place.programs / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)


def _hand_over(place: Place, uid: int) -> None:
    for path in (place.profile, place.downloads, place.runtime, *place.profile.rglob("*")):
        os.chown(path, uid, uid)
        path.chmod(0o600 if path.is_file() else 0o700)
    os.chown(place.uploads, 0, uid)
    place.uploads.chmod(0o750)


def _check_way(folder: Path) -> None:
    for parent in folder.absolute().parents:
        if not parent.stat().st_mode & 0o001:
            raise NotStarted(
                f"Chromium's own user cannot enter {parent}: run `chmod o+x {parent}`, or keep sessions elsewhere."
            )


def environment(place: Place, display: str) -> dict[str, str]:
    """All that Chromium gets to know of ours."""
    return {
        "HOME": str(place.profile),
        "TMPDIR": str(place.runtime),
        "PATH": f"{place.programs}:/usr/bin:/bin",
        "LANG": "C.UTF-8",  # there on every machine; without a locale names of files beyond ASCII are lost
        "XDG_RUNTIME_DIR": str(place.runtime),
        "WAYLAND_DISPLAY": display,
    }


def hold_pipe_descriptors() -> None:
    """Keep 3 and 4 free for Chromium; to be called before the process has opened anything."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (PIPE_IN, PIPE_OUT):
        if number != null:
            os.dup2(null, number, inheritable=False)
    if null not in (PIPE_IN, PIPE_OUT):
        os.close(null)


def spawn(arguments: list[str], place: Place, display: str, uid: int | None) -> tuple[int, int, int]:
    """Start Chromium: its pid, and our ends of its pipe (to read from, to write to)."""
    its_in, to_write = os.pipe()
    to_read, its_out = os.pipe()
    os.dup2(its_in, PIPE_IN)
    os.dup2(its_out, PIPE_OUT)
    user = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    with open(place.folder / "chromium.log", "wb") as log:
        process = subprocess.Popen(
            arguments,
            env=environment(place, display),
            cwd=place.profile,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(PIPE_IN, PIPE_OUT),
            umask=0o077,
            **user,  # type: ignore[call-overload]
        )
    process.returncode = 0  # the server reaps all of its children itself
    for descriptor in (its_in, its_out, PIPE_IN, PIPE_OUT):
        os.close(descriptor)
    return process.pid, to_read, to_write


def last_words(place: Place) -> str:
    """What Chromium wrote before it gave up, in one line."""
    try:
        lines = (place.folder / "chromium.log").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.rpartition("] ")[2] for line in reversed(lines) if "FATAL" in line), lines[-1] if lines else "")


def unsandboxed(pids: Iterable[int]) -> list[int]:
    """The renderers among these processes that lack the sandbox (no seccomp filter)."""
    return [pid for pid in pids if _is_renderer(pid) and not _has_filter(pid)]


def renderers(pids: Iterable[int]) -> list[int]:
    return [pid for pid in pids if _is_renderer(pid)]


def _is_renderer(pid: int) -> bool:
    try:
        return b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _has_filter(pid: int) -> bool:
    try:
        return "\nSeccomp:\t2\n" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True  # it ended while we looked
