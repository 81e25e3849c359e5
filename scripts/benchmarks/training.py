"""Training in the page: how soon the small sets are learnt, and how a large one streams while the page stays alive."""

from __future__ import annotations

import json
import os
import random
import time
import urllib.request
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect, sync_playwright

from _browser import find, name_of
from app.presets import PRESETS
from app.shipped_datasets import shipped
from benchmarks.frames import UNLIMITED
from benchmarks.page import FLAGS, wait_until_steppable
from benchmarks.report import Number, Report
from benchmarks.running import server

SENTENCES, WORDS, EPOCHS, BATCH = 1000, 20, 100, 32
LEARNT_WITHIN, PATIENCE = 3.0, 300_000

METHOD = f"""The page in a headless browser at a speed of frames that no screen limits, the server on loopback. "Learnt": from the click on
"Start training" until the page says 100 % of the sentences are right and the grid shows that epoch, at the settings that the page opens
with. "The large one": {EPOCHS} epochs of {SENTENCES} drawn sentences of {WORDS} words from a vocabulary of 2,000 with the notes' Keras
stack, an embedding of 10,000 rows of 32 numbers, in batches of {BATCH}, with SGD and with Adam.
Events are counted as they arrive at the page
(a tee in its fetch), frames as the browser draws them, both from the first event to the last; the page shows every epoch that it has
time for, the chart of the loss, and what is said of 200 sentences."""

# Counts what arrives of a stream of events, and the frames that are drawn meanwhile.
COUNT = """() => {
    window.counted = { events: 0, frames: 0, first: 0, last: 0 };
    const fetched = window.fetch;
    window.fetch = async (path, options) => {
        const response = await fetched(path, options);
        if (!String(path).endsWith("/events")) return response;
        const [mine, theirs] = response.body.tee();
        (async () => {
            const reader = mine.pipeThrough(new TextDecoderStream()).getReader();
            for (let it = await reader.read(); !it.done; it = await reader.read()) {
                counted.last = performance.now();
                counted.first ||= counted.last;
                counted.events += it.value.split("event: ").length - 1;
            }
        })();
        return new Response(theirs, { status: response.status, headers: response.headers });
    };
    const frame = () => { if (counted.first) counted.frames += 1; requestAnimationFrame(frame); };
    frame();
}"""


def measure() -> Report:
    """Seconds until the small sets are learnt; events and frames per second of the large one."""
    with server() as port, sync_playwright() as playwright:
        rights = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find(), args=[*FLAGS, *UNLIMITED, *rights])
        home = f"http://127.0.0.1:{port}/"
        numbers = []
        for preset, dataset in (("the notes' toy", "reviews"), ("order matters", "order matters")):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            seconds = learnt(page, home, scene(preset, shipped()[dataset].id, 4))
            numbers.append(Number(f"{preset}: learnt to 100 %", seconds, "s", under=LEARNT_WITHIN))
            page.close()
        large = sent(home, dataset_of_many())
        for optimizer in ("SGD", "Adam"):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            numbers += streamed(page, home, keras(large, optimizer), optimizer)
            page.close()
        name = name_of(browser.version)
        browser.close()
    return Report(METHOD, ("fastapi", "uvicorn", "numpy", "playwright", "plotly"), numbers, browser=name)


def scene(preset: str, dataset: str, batch: int) -> dict[str, Any]:
    """A preset that is to learn from a data set."""
    document = PRESETS[preset].document()
    return {**document, "weights": {"seed": 0, "training": {"dataset": dataset, "batch_size": batch}}}


def dataset_of_many() -> dict[str, Any]:
    """Drawn sentences: a label follows from whether the word w0 to w999 comes more often than the others."""
    rng = random.Random(0)
    rows = [[rng.randrange(2000) for _ in range(WORDS)] for _ in range(SENTENCES)]
    return {
        "examples": [{"sentence": [f"w{word}" for word in row], "label": int(sum(word < 1000 for word in row) > WORDS / 2)} for row in rows]
    }


def sent(home: str, dataset: dict[str, Any]) -> dict[str, Any]:
    """What the server says of a data set that it was sent."""
    request = urllib.request.Request(f"{home}api/datasets", json.dumps(dataset).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        stored: dict[str, Any] = json.load(answer)
    return stored


def keras(dataset: dict[str, Any], optimizer: str) -> dict[str, Any]:
    """The notes' Keras stack, which reads the first sentence."""
    document = scene("the notes' Keras stack", dataset["id"], BATCH) | {"vocabulary": dataset["vocabulary"], **dataset["first"]}
    return document | {"optimizer": {"type": optimizer, "learning_rate": 0.1 if optimizer == "SGD" else 0.01}}


def opened(page: Page, home: str, document: dict[str, Any]) -> None:
    """The view Training with this scene; a scene that is too long for a link goes by its id."""
    request = urllib.request.Request(f"{home}api/traces", json.dumps(document).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        scene_id = answer.headers["Scene-Id"]
    page.add_init_script(f"({COUNT})()")
    page.goto(f"{home}#v=1&view=training&scene={quote(scene_id)}")
    wait_until_steppable(page)
    expect(page.locator("#training [data-part=dataset] option").first).to_be_attached()
    expect(page.locator("#charts figure[data-state=empty]")).to_be_visible(timeout=PATIENCE)


def learnt(page: Page, home: str, document: dict[str, Any]) -> float:
    """Seconds from the click until all is right and the grid shows it."""
    opened(page, home, document)
    begun = time.perf_counter()
    page.get_by_role("button", name="Start training").click()
    expect(page.locator("#training [data-part=accuracy]")).to_have_text("100 % right", timeout=PATIENCE)
    return time.perf_counter() - begun


def streamed(page: Page, home: str, document: dict[str, Any], optimizer: str) -> list[Number]:
    """Events and frames per second, from the first event to the last."""
    opened(page, home, document)
    page.get_by_role("button", name="Start training").click()
    expect(page.locator("#training [data-part=said]")).to_contain_text("Finished after epoch 100", timeout=PATIENCE)
    counted = page.evaluate("counted")
    seconds = (counted["last"] - counted["first"]) / 1000
    large = f"the large one, {optimizer}"
    return [
        Number(f"{large}: events", counted["events"] / seconds, "events/s", over=10),
        Number(f"{large}: frames", counted["frames"] / seconds, "frames/s", over=60),
        Number(f"{large}: an epoch", seconds / EPOCHS, "s"),
    ]
