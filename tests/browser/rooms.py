"""The places of the page that a test walks through: its tabs, in both languages and schemes, wide and narrow."""

from dataclasses import dataclass

from playwright.sync_api import TimeoutError, expect

from ui.words import words_of

TABS = [key.removeprefix("tab.") for key in words_of("en") if key.startswith("tab.")]
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Look:
    """How somebody looks at the page."""

    language: str
    scheme: str
    size: dict

    def __str__(self):
        return f"{self.language}-{self.scheme}-{self.size['width']}"

    @property
    def options(self):
        return {"viewport": self.size, "color_scheme": self.scheme}


LOOKS = [
    Look("en", "light", WIDE),
    Look("zh", "dark", WIDE),
    Look("zh", "light", NARROW),
    Look("en", "dark", NARROW),
]
"""Not every combination, but each language, scheme and width twice, beside both of the others."""


def go_to(page, tab):
    """Open a tab, also where Gradio has folded it into a menu, and wait until it has drawn itself."""
    button = page.locator(f"#tab-{tab}-button")
    if not button.is_visible():
        name = words_of(page.evaluate("newsTriage.language"))[f"tab.{tab}"]
        button = page.locator("#tabs .overflow-dropdown button", has_text=name)
        _unfold(page, button)
    button.click()
    settled(page)


def _unfold(page, button):
    # Gradio measures its tabs once more on a slow machine, and shuts the menu that somebody has just opened.
    menu = page.locator("#tabs .overflow-menu > button")
    menu.click()
    try:
        button.wait_for(timeout=5_000)
    except TimeoutError:
        menu.click()


def settled(page):
    """Wait until the tab has drawn itself: nothing that it asked for is on its way, and the DOM has come to rest."""
    expect(page.locator("#tabs .tabitem:visible .nt").first).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    page.evaluate(REST)


REST = """() => new Promise((rest) => {
  let timer = setTimeout(rest, 400);
  new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(rest, 400); })
    .observe(document.body, { subtree: true, childList: true });
  setTimeout(rest, 10000);
})"""
