"""What axe says of a page: nothing, in either theme."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SIZES = {"desk": (1440, 900), "projector": (1280, 720), "phone": (390, 844)}
EACH_SIZE = ["desk", pytest.param("projector", marks=pytest.mark.long), "phone"]  # a projector's page is the desk's in a smaller window

# The theme changes nothing but colours, so in the second one only their rules are asked.
COLOURS = ["color-contrast", "link-in-text-block"]
# What is wrong in the frame after the next, in the theme that the page has or that its reader asks for; null where axe is not there yet.
# The rule of contrast takes most of axe's time. Of the texts that look alike, down to every background beneath them, it is asked of the
# first and the last. In drawings and formulas it decides nothing in any case: their colours have tests of their own.
FOUND = """async ([within, colours]) => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (!("axe" in window)) return null;
    const theme = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const PLAIN = "rgba(0, 0, 0, 0),none,1,none,static,false";
    const looks = new Map();
    const beneath = (node) => {
        if (!node) return "";
        if (!looks.has(node)) {
            const { backgroundColor, backgroundImage, opacity, filter, position } = getComputedStyle(node);
            const off = node.matches(":disabled, [aria-disabled]");
            const own = [backgroundColor, backgroundImage, opacity, filter, position, off].join();
            looks.set(node, (own === PLAIN ? "" : `${own}/`) + beneath(node.parentElement));
        }
        return looks.get(node);
    };
    const look = (node) => {
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(node);
        return [node.namespaceURI, color, fontSize, fontWeight, textShadow, node.matches("input, select, textarea"), beneath(node)].join();
    };
    const parts = [...document.querySelectorAll(within)];
    if (!parts.length) throw new Error(`There is no ${within}.`);
    const written = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const all = parts.flatMap((part) => [part, ...part.querySelectorAll("*")]);
    const seen = all.filter((node) => node.checkVisibility({ visibilityProperty: true }));
    const texts = seen.filter((node) => node.matches("input, select, textarea") || written(node));
    const alike = Map.groupBy(texts, look);
    const links = seen.filter((node) => node.matches("a"));
    const asked = [...new Set([...[...alike.values()].flatMap((nodes) => [nodes[0], nodes.at(-1)]), ...links])];
    const found = [];
    const run = async (context, rules) => found.push(...(await axe.run(context, { resultTypes: ["violations"], ...rules })).violations);
    if (asked.length) await run({ include: asked }, { runOnly: colours });
    if (theme !== "dark") await run(within, { rules: Object.fromEntries(colours.map((id) => [id, { enabled: false }])) });
    return [theme, found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`))];
}"""


def expect_no_violations(page: Page, state: str = "", within: str = "html") -> str:
    """In the theme that the page has, which is returned; where a state changes one part of it, only that part is looked at."""
    found = page.evaluate(FOUND, [within, COLOURS])
    if found is None:
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(FOUND, [within, COLOURS])
    theme, violations = found
    assert not violations, f"{state}, {theme}: {violations}"
    return str(theme)


def expect_nothing(page: Page, state: str = "", within: str = "html") -> None:
    """In both themes."""
    page.mouse.move(0, 0)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect_no_violations(page, state, within)
