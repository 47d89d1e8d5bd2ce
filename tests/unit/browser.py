"""A real headless Chromium for tests of the report page."""

import json
import os
import shutil
import tempfile
from contextlib import contextmanager

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

REQUIRED = "REQUIRE_CHROMIUM"  # where it is set, tests fail rather than skip without a browser
_SWITCHES = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class Browser:
    """Chromium with one page at a time.

    Attributes:
        driver: Selenium's.
    """

    def __init__(self, driver):
        self.driver = driver

    def open(self, page, width=1440, scheme="light", media="", script=True):
        """Load a page into a window that is `width` CSS pixels wide, forgetting all logs.

        ChromeDriver may come back from a load of the page that it is at before that is there.
        """
        self.driver.get("about:blank")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        preferences = [{"name": "prefers-color-scheme", "value": scheme}]
        emulated = {"media": media, "features": preferences}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", emulated)
        disabled = {"value": not script}
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", disabled)
        self.requests(), self.console()
        self.driver.get(page.as_uri())
        loaded = "return document.URL == arguments[0] && document.readyState == 'complete'"
        WebDriverWait(self.driver, 60).until(lambda _: self.run(loaded, page.as_uri()))

    def run(self, script, *arguments):
        """What a piece of JavaScript returns."""
        return self.driver.execute_script(script, *arguments)

    def requests(self):
        """The addresses that were asked for since the last call, or since the page was opened."""
        messages = [
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        ]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def console(self):
        """What the console says since the last call, or since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@contextmanager
def chromium():
    """Start Chromium, and end it; the test is skipped, or fails, where it is not installed."""
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    missing = [name for name, path in programs.items() if path is None]
    if missing:
        reason = f"not installed: {', '.join(missing)} (Debian: chromium, chromium-driver)"
        pytest.fail(reason) if os.environ.get(REQUIRED) else pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for switch in (*_SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])):
        options.add_argument(switch)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options.add_argument(f"--user-data-dir={profile}")
        driver = webdriver.Chrome(options=options, service=Service(programs["chromedriver"]))
        try:
            yield Browser(driver)
        finally:
            driver.quit()
