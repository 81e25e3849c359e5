"""Markup as lines, one per tag and text, with sorted attributes: `innerHTML` writes them in the order in which they were set."""

from __future__ import annotations

from itertools import zip_longest

# A function of a node and of what is left out: names of attributes, and a selector of elements that go with all that is in them.
LINES = """(root, left) => {
    const { attributes = [], elements = "no-element" } = left ?? {};
    const lines = [];
    let text = "";
    const flush = () => {
        if (text) lines.push(text);
        text = "";
    };
    const write = (node) => {
        if (node.nodeType === Node.TEXT_NODE) text += node.data;
        if (node.nodeType !== Node.ELEMENT_NODE || node.matches(elements)) return;
        flush();
        const kept = [...node.attributes].filter(({ name }) => !attributes.includes(name));
        lines.push(`<${[node.localName, ...kept.map(({ name, value }) => `${name}="${value}"`).sort()].join(" ")}>`);
        node.childNodes.forEach(write);
        flush();
        lines.push(`</${node.localName}>`);
    };
    write(root);
    return lines;
}"""


def difference(one: str, other: str, around: int = 2) -> str:
    """Returns the first line in which two texts differ, with the lines before it; nothing where they are the same."""
    lines, others = one.split("\n"), other.split("\n")
    at = next((number for number, (left, right) in enumerate(zip_longest(lines, others)) if left != right), None)
    if at is None:
        return ""
    before = [f"  {line}" for line in lines[max(0, at - around) : at]]
    return "\n".join(
        [f"line {at + 1}:", *before, *(f"- {line}" for line in lines[at : at + 1]), *(f"+ {line}" for line in others[at : at + 1])]
    )
