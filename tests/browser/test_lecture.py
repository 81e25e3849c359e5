"""A lecture in several browsers: what the presenter does is on every screen, and whoever comes by whatever way sees the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app.languages import HINDI
from tests.browser.classroom import (
    DESK,
    Class,
    code_of,
    expect_mode,
    expect_same,
    expect_same_pixels,
    mode,
    room,
    until,
)
from tests.browser.pages import PATIENCE, Contexts, Server, Watched, open_page
from tests.browser.person import cell, drawn, expect_step, grid, layer, press, read, to_step
from tests.browser.violations import expect_nothing

__all__ = ["room"]  # a fixture

LECTURE = "#lecture"  # the parts of the page that a lecture brings


def choose(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name, exact=True).select_option(label=option)


def go(page: Page, view: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()


def edit_weight(page: Page) -> None:
    page.get_by_role("tab", name="Layer").click()
    value = page.get_by_role("spinbutton", name="Value")
    expect(value).not_to_have_value("")  # the tab is there
    value.fill("0.75")
    value.press("Enter")


def strongest_path(page: Page) -> None:
    page.get_by_role("button", name="strongest path").click()
    page.locator("#gradients .band canvas").first.click(position={"x": 60, "y": 20})
    page.mouse.move(0, 0)  # what is read under one's own pointer is one's own
    expect(page.get_by_text(re.compile("^The strongest path to layer"))).to_be_visible()


def walk_on_the_cliff(page: Page) -> None:
    page.get_by_text("Studies from the papers", exact=True).click()
    page.get_by_role("slider", name="Begin at w").fill("5.5")
    expect(page.get_by_role("img", name=re.compile("^Fixed points"))).to_be_visible()
    page.get_by_role("slider", name="Step of the descent").fill("40")


ACTIONS: list[tuple[str, Callable[[Page], None]]] = [
    ("a step", lambda page: press(page, "Step forward", 8)),
    ("a chosen cell", lambda page: cell(page, 2, 1).click()),
    ("a cell kept beside others", lambda page: press(page, "Keep beside")),
    ("full precision", lambda page: press(page, "Full precision")),
    ("the notation", lambda page: choose(page, "Notation", "PyTorch")),
    ("a second notation", lambda page: choose(page, "Beside", "Ng")),
    ("shapes", lambda page: press(page, "Shapes")),
    ("the detail", lambda page: choose(page, "Detail", "by operation")),
    ("the order", lambda page: choose(page, "Order", "by diagonal")),
    ("the last step", lambda page: press(page, "Last step")),
    ("a tab of the panel", lambda page: page.get_by_role("tab", name="Gradient").click()),
    ("an edit", edit_weight),
    ("the difference that it made", lambda page: press(page, "Difference")),
    ("undo", lambda page: press(page, "Undo")),
    ("another seed", lambda page: press(page, "New weights")),
    ("one's own sentence", lambda page: read(page, "rat cat mat cat")),
    ("another kind of cell", lambda page: layer(page, 2).get_by_role("combobox", name="cell type").select_option("LSTM")),
    ("a stack that cannot work", lambda page: layer(page, 1).get_by_role("switch").click()),
    ("its repair", lambda page: layer(page, 1).get_by_role("switch").click()),
    ("the first step", lambda page: press(page, "First step")),
    ("the inside of a gate", lambda page: to_step(page, 10)),
    ("folding", lambda page: press(page, "Folded")),
    ("a larger picture", lambda page: (press(page, "Folded"), page.keyboard.press("+"), page.keyboard.press("+"))),
    (
        "another part of it",
        lambda page: (page.mouse.move(700, 500), page.mouse.down(), page.mouse.move(620, 380, steps=4), page.mouse.up()),
    ),
    ("its own size", lambda page: page.keyboard.press("0")),
    ("a sentence so long that it is a heat map", lambda page: read(page, " ".join(["cat", "mat", "rat"] * 10))),
    ("a part of it", lambda page: (press(page, "Step forward", 2), page.keyboard.press("+"), page.keyboard.press("+"))),
    ("a short one again", lambda page: (page.keyboard.press("0"), read(page, "mat cat cat"))),
    ("the dark theme", lambda page: (press(page, "Theme: system"), press(page, "Theme: light"))),
    ("two grids", lambda page: go(page, "Compare")),
    ("the laboratory", lambda page: go(page, "Gradients")),
    ("the strongest path to a cell", strongest_path),
    ("a walk on the cliff", walk_on_the_cliff),
    ("training", lambda page: go(page, "Training")),
    ("the grid again", lambda page: go(page, "Grid")),
]


def test_whatever_the_presenter_does_is_on_the_students_screen_and_on_that_of_one_who_comes_late_reloads_or_was_offline(
    room: Class,
) -> None:
    presenter, steady = room.presenter, room.load()
    wandering = room.load()
    press(presenter, "Close this card")
    for number, (what, act) in enumerate(ACTIONS):
        if number % 5 == 1:
            wandering.context.set_offline(True)
        act(presenter)
        expect_same(presenter, steady, what)
        if number % 5 == 2:
            wandering.context.set_offline(False)
        elif number % 5 == 3:
            wandering.reload()
        elif number % 5 == 4:
            room.leave(wandering)
            wandering = room.load()
        else:
            continue
        expect_mode(wandering, "following")
        expect_same_pixels(steady, wandering, what)
    expect_mode(steady, "following")


def wander(page: Page) -> None:
    """Whatever a person may leave behind: other views, an edit, a zoom, a scrolled panel, a question, typed words, a dark page."""
    press(page, "Step back")
    expect_mode(page, "exploring")
    for view in ("Gradients", "Training", "Compare", "Grid"):
        go(page, view)
    press(page, "New weights")
    press(page, "Last step")
    cell(page, 1, 1).click()
    press(page, "Keep beside")
    edit_weight(page)
    press(page, "Difference")
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    page.locator("#learning summary").click()
    page.get_by_role("textbox", name="Your own sentence").fill("mat mat")
    page.locator("#panel").evaluate("(panel) => panel.scrollTo(0, 200)")
    press(page, "Predict first")
    press(page, "First step")
    press(page, "Step forward")
    press(page, "Theme: system")
    press(page, "Projector")


def test_who_comes_back_from_exploring_sees_what_one_sees_who_never_left(room: Class) -> None:
    presenter, steady, explorer = room.presenter, room.load(), room.load()
    press(presenter, "Close this card")
    to_step(presenter, 9)
    cell(presenter, 2, 2).click()
    wander(explorer)
    to_step(presenter, 13)
    expect_mode(explorer, "exploring")
    expect(explorer.get_by_role("region", name="Lecture")).to_contain_text("The presenter is at step 13")
    explorer.get_by_role("button", name="Back to the presenter").click()
    expect_mode(explorer, "following")
    expect_same_pixels(steady, explorer, "by the button")
    go(presenter, "Compare")
    wander(explorer)
    grid(explorer).first.get_by_role("gridcell").last.focus()
    explorer.keyboard.press("ArrowLeft")
    explorer.keyboard.press("p")
    expect_mode(explorer, "following")
    expect_same_pixels(steady, explorer, "by the key")
    press(presenter, "Step forward")
    expect_same(presenter, explorer)
    expect_same_pixels(steady, explorer, "afterwards")


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Lecture", exact=True)


def private(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Private panel")


def test_one_press_starts_a_lecture_and_the_page_can_be_stepped_at_once(room: Class) -> None:
    presenter = room.presenter
    assert presenter.url.endswith(f"/?present={room.code}"), "the address is that of the lecture, and nothing else"
    expect(presenter.get_by_role("dialog")).to_have_count(0)
    card = presenter.get_by_role("region", name="Join this lecture")
    expect(card).to_contain_text(room.code)
    expect(card.get_by_role("img", name="QR code of the address to join at")).to_be_visible()
    expect(card).to_contain_text("python3 scripts/serve.py --lan")
    expect(card.get_by_role("link")).to_have_attribute("href", f"{room.server.address}join/{room.code}")
    press(presenter, "Step forward")
    expect_step(presenter, 1)
    presenter.get_by_role("button", name="Close this card").click()
    expect(card).to_be_hidden()
    expect(presenter.get_by_role("button", name="Start a lecture")).to_have_count(0)
    expect(presenter.get_by_role("status")).to_have_count(1)


def test_the_presenter_goes_on_presenting_after_a_reload(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    to_step(presenter, 5)
    expect_step(student, 5)
    presenter.reload()
    assert code_of(presenter) == room.code
    expect_step(presenter, 5)
    press(presenter, "Step forward")
    expect_step(student, 6)
    expect_same(presenter, student)


def test_the_presenter_sees_how_many_follow_and_explore_and_who_has_raised_a_hand(room: Class) -> None:
    presenter, one, other = room.presenter, room.join(), room.join()
    expect(bar(presenter)).to_contain_text("following: 2")
    other.get_by_role("button", name="Explore on my own").click()
    expect(bar(presenter)).to_contain_text("exploring: 1")
    press(one, "Raise hand")
    one.get_by_role("textbox", name="Nickname").fill("Ada")
    one.keyboard.press("Enter")
    press(presenter, "Private panel")
    expect(private(presenter)).to_contain_text("Ada")
    one.reload()
    expect(one.get_by_role("button", name="Raise hand")).to_have_attribute("aria-pressed", "true")
    press(other, "Raise hand")
    expect(private(presenter).locator("[data-part=hands] li")).to_have_text(["Ada", "somebody"])
    press(presenter, "Lower all hands")
    expect(one.get_by_role("button", name="Raise hand")).to_have_attribute("aria-pressed", "false")
    expect(private(presenter)).to_contain_text("No hand is raised.")
    expect_mode(one, "following")


@pytest.mark.parametrize("size", [DESK, (1280, 720)])
def test_what_is_pressed_stays_under_the_mouse(room: Class, size: tuple[int, int]) -> None:
    presenter = room.presenter
    presenter.set_viewport_size({"width": size[0], "height": size[1]})
    for name in ("Freeze", "Blank"):
        button = presenter.get_by_role("button", name=name)
        before = button.bounding_box()
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        assert button.bounding_box() == before
        button.click()


def test_a_frozen_class_keeps_its_picture_and_is_told_where_the_presenter_is_when_it_is_thawed(room: Class) -> None:
    presenter, student = room.presenter, room.load()
    to_step(presenter, 3)
    expect_step(student, 3)
    press(presenter, "Freeze")
    expect(bar(student)).to_contain_text("The presenter has frozen the picture.")
    to_step(presenter, 7)
    late = room.load()
    expect_step(late, 3)
    expect_step(student, 3)
    expect_same_pixels(student, late)
    press(presenter, "Freeze")
    expect_step(student, 7)
    expect_step(late, 7)


def test_a_blanked_class_sees_nothing_and_who_explores_is_only_told(room: Class) -> None:
    presenter, student, explorer = room.presenter, room.join(), room.join()
    explorer.get_by_role("button", name="Explore on my own").click()
    press(presenter, "Blank")
    expect(student.get_by_text("The presenter asks you to look up.").last).to_be_visible()
    expect(grid(student)).to_be_visible()
    assert student.evaluate("document.elementFromPoint(700, 500).closest('.lecture-curtain') !== null"), "it is covered"
    assert student.evaluate("document.querySelector('main').inert")
    expect(bar(explorer)).to_contain_text("The presenter asks everybody to look up.")
    press(presenter, "Step forward")
    press(presenter, "Blank")
    expect_step(student, 1)
    until(lambda: not student.evaluate("document.querySelector('main').inert"), student, "it stays out of reach")


def test_the_presenters_mouse_is_a_ring_at_the_same_cell_on_every_screen(room: Class) -> None:
    presenter, student, phone = room.presenter, room.join(), room.join((390, 844))
    press(presenter, "Pointer")
    box = cell(presenter, 2, 3).bounding_box()
    assert box
    presenter.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)
    for page in (student, phone):
        ring = page.locator(".lecture-ring")
        expect(ring).to_be_visible()

        def over(page: Page = page, ring: Locator = ring) -> bool:
            at, to = ring.bounding_box(), cell(page, 2, 3).bounding_box()
            assert at
            assert to
            x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
            return to["x"] < x < to["x"] + to["width"] and to["y"] < y < to["y"] + to["height"]

        until(over, page, "the ring is at another place")
    to_step(presenter, 6)
    presenter.locator("#panel .numbers mn[data-address]").first.hover()
    address = presenter.locator("#panel .numbers mn[data-address]").first.get_attribute("data-address")
    for page in (student, phone):
        expect(page.locator(f'.lit[data-address="{address}"]').first).to_be_attached()
    press(presenter, "Pointer")
    expect(student.locator(".lecture-ring")).to_be_hidden()
    expect(student.locator(".lit")).to_have_count(0)


def test_what_is_folded_out_and_how_far_it_is_scrolled_is_followed_and_everybody_may_look_elsewhere(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    press(presenter, "Close this card")
    go(presenter, "Gradients")
    fold, same = (page.locator("#gradients [data-part=studies]") for page in (presenter, student))
    expect(same).not_to_have_attribute("open", "")
    fold.locator("summary").click()
    expect(same).to_have_attribute("open", "")
    for page in (presenter, student):
        expect(page.locator("#gradients .studies .figure canvas, #gradients .studies .figure svg")).to_have_count(4)
    place = presenter.locator("#gradients .bench")
    place.hover()
    presenter.mouse.wheel(0, 900)

    def far(page: Page) -> int:
        return int(page.locator("#gradients .bench").evaluate("(node) => node.scrollTop"))

    until(lambda: far(presenter) > 300, presenter, "it scrolls")
    until(lambda: abs(far(student) - far(presenter)) <= 2, student, "the student stands elsewhere")
    late = room.join()
    until(lambda: abs(far(late) - far(presenter)) <= 2, late, "who comes late stands elsewhere")
    student.locator("#gradients .bench").hover()
    student.mouse.wheel(0, -5000)
    until(lambda: far(student) == 0, student, "one's own eyes are one's own")
    presenter.get_by_role("slider", name="Spectral radius").fill("0.8")
    expect(student.get_by_role("slider", name="Spectral radius")).to_have_value("0.8")
    expect_mode(student, "following")
    assert far(student) == 0


def test_another_device_takes_over_with_a_link_that_works_once_and_the_first_says_who_presents(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    press(presenter, "Step forward", 2)
    press(presenter, "Another device")
    dialog = presenter.get_by_role("dialog", name="Another device")
    expect(dialog.get_by_role("img")).to_be_visible()
    link = dialog.get_by_role("textbox").input_value()
    assert re.fullmatch(rf"{re.escape(room.server.address)}\?present={room.code}#key=[\w-]{{20,}}", link)
    presenter.keyboard.press("Escape")

    second = room.visit()
    second.goto(link)
    expect_mode(second, "following")
    assert "key" not in second.url, "the key does not stay in the address"
    expect_step(second, 2)
    expect(bar(second)).to_contain_text("presents now.")
    press(second, "Take over")
    expect(mode(second)).to_be_hidden()
    press(second, "Step forward")
    expect_step(student, 3)
    expect_step(presenter, 3)
    expect(bar(presenter)).to_contain_text("presents now.")
    expect_mode(presenter, "following")
    press(presenter, "Step forward")
    expect_mode(presenter, "exploring")
    press(presenter, "Take over")
    expect_step(student, 4)
    expect_mode(second, "following")
    expect_step(second, 4)

    third = room.visit()
    room.watched[-1].allowed += ["403", "409"]
    third.goto(link)
    expect_mode(third, "following")
    expect(third.get_by_role("button", name="Take over")).to_be_hidden()
    expect(bar(third)).to_contain_text("was opened before")


def test_a_second_window_of_the_presenter_follows_and_has_its_say_without_an_echo(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    second = presenter.context.new_page()
    room.watched.append(Watched(second, room.server.address))
    second.goto(presenter.url)
    expect(bar(second)).to_be_visible()
    to_step(presenter, 4)
    expect_step(second, 4)
    press(second, "Step forward", 2)
    expect_step(presenter, 6)
    expect_step(student, 6)
    press(presenter, "Step back")
    expect_step(second, 5)
    expect_step(student, 5)
    offset = "async () => (await (await fetch(`api/lectures/${new URLSearchParams(location.search).get('present')}`)).json()).offset"
    told = presenter.evaluate(offset)
    drawn(presenter)
    drawn(second)
    assert presenter.evaluate(offset) == told, "they do not go on telling each other"


def test_the_private_panel_stands_in_a_window_of_its_own(room: Class) -> None:
    presenter = room.presenter
    press(presenter, "Step forward", 2)
    press(presenter, "Private panel")
    expect(private(presenter)).to_be_visible()
    with presenter.expect_popup() as opened:
        press(presenter, "In a window of its own")
    window = opened.value
    expect(private(presenter)).to_be_hidden()
    expect(private(window)).to_contain_text("the word mat enters")
    expect(grid(window)).to_be_hidden()
    to_step(presenter, 7)
    expect(private(window)).to_contain_text("layer 2 mixes")


def test_an_end_is_asked_for_once_and_everybody_may_go_on_alone(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    to_step(presenter, 3)
    press(presenter, "End")
    press(presenter, "Keep going")
    expect_step(student, 3)
    press(presenter, "End")
    press(presenter, "End it")
    expect(bar(student)).to_contain_text("The lecture has ended.")
    late = room.join_ended()
    expect_step(late, 3)
    press(student, "Step forward")
    expect_step(student, 4)
    student.get_by_role("button", name="Go on alone").click()
    student.wait_for_url(re.compile(r"/#v=2.*step=forward\.1\.1"))
    expect_step(student, 4)
    expect(student.get_by_role("button", name="Start a lecture")).to_be_visible()
    expect(late.get_by_role("button", name="Delete")).to_be_hidden()
    press(presenter, "Delete")
    press(presenter, "Keep it")
    press(presenter, "Delete")
    press(presenter, "Delete it")
    expect(bar(presenter)).to_contain_text("no longer here")
    room.watched[2].allowed.append("404")
    late.reload()
    expect(late.get_by_role("textbox", name="Code")).to_be_visible()


def test_of_a_lecture_that_is_deleted_nothing_is_asked_and_its_code_does_not_come_back(contexts: Contexts, server: Server) -> None:
    room = Class(contexts, server)
    presenter, plans = room.presenter, list[Route]()
    presenter.route("**/api/lectures/*/plan", lambda route: plans.append(route))
    room.start()
    until(lambda: plans != [], presenter, "the plan is asked for")
    for name in ("End", "End it", "Delete", "Delete it"):
        press(presenter, name)
    expect(bar(presenter)).to_contain_text("no longer here")
    expect(presenter.get_by_role("button", name="Close this card")).to_be_hidden()
    plans[0].fulfill(json={"steps": []})
    press(presenter, "Step forward")
    expect_step(presenter, 1)
    assert len(plans) == 1
    room.close()


def test_a_wrong_code_is_said_in_words_and_another_can_be_typed(room: Class) -> None:
    lost = room.visit()
    room.watched[-1].allowed.append("404")
    lost.goto(f"{room.server.address}join/ABCDEFGH")
    door = lost.get_by_role("region", name="Lecture", exact=True)
    expect(door).to_contain_text("There is no lecture with the code ABCDEFGH.")
    field = door.get_by_role("textbox", name="Code")
    field.fill("abc")
    press(lost, "Join")
    expect(door.get_by_role("alert")).to_contain_text("Wrong code.")
    field.fill(f" {room.code[:4].lower()}-{room.code[4:].lower()} ")
    field.press("Enter")
    expect_mode(lost, "following")


def test_what_cannot_be_a_code_is_asked_of_nobody(room: Class) -> None:
    lost = room.visit()
    asked: list[str] = []
    lost.on("request", lambda request: asked.append(request.url))
    for address, said in (
        ("join/abc", "with the code abc."),
        ("join", "Type the code"),
        ("?present=abc#key=abc", "Wrong code."),
    ):
        lost.goto(f"{room.server.address}{address}")
        expect(lost.get_by_role("textbox", name="Code")).to_be_visible()
        expect(lost.get_by_role("region", name="Lecture", exact=True)).to_contain_text(said)
    assert not [url for url in asked if "/api/lectures" in url]


def test_a_lost_link_is_said_within_five_seconds_and_one_can_go_on_alone(room: Class) -> None:
    presenter, student = room.presenter, room.load()
    press(presenter, "Step forward", 2)
    expect_step(student, 2)
    student.context.set_offline(True)
    expect(bar(student)).to_contain_text("Live link paused; you can go on alone.", timeout=5000)
    press(student, "Step forward")
    expect_mode(student, "exploring")
    to_step(presenter, 8)
    student.context.set_offline(False)
    press(student, "Back to the presenter")
    expect_mode(student, "following")
    expect_step(student, 8)
    expect(bar(student)).not_to_contain_text("paused")
    expect_same_pixels(room.load(), student)


def test_behind_a_proxy_that_holds_streams_back_a_student_asks_is_told_so_and_listens_as_soon_as_one_comes_through(room: Class) -> None:
    presenter, student = room.presenter, room.visit()
    held: list[Route] = []
    asked: list[str] = []
    holding = True

    def pass_on(route: Route) -> None:
        asks = "wait=0" in route.request.url
        if asks:
            asked.append(route.request.url)
        if asks or not holding:
            route.continue_()
        else:
            held.append(route)

    student.clock.install()
    student.route(re.compile("/api/lectures/[^/]+/events"), pass_on)
    student.goto(f"{room.server.address}join/{room.code}")
    until(lambda: len(held) == 1, student, "no stream was asked for")
    assert asked == []
    student.clock.fast_forward(10_000)
    note = bar(student).get_by_text("holds the live link back; the page asks every two seconds instead")
    expect(note).to_be_visible()
    to_step(presenter, 8)
    student.clock.fast_forward(3000)
    expect_step(student, 8)
    assert any("last_event_id" in url for url in asked)
    holding = False
    student.clock.fast_forward(10_000)  # a stream that was tried is given up
    student.clock.fast_forward(20_000)  # and the next one comes through
    expect(note).to_be_hidden()
    to_step(presenter, 4)
    expect_step(student, 4)
    expect(bar(student)).not_to_contain_text("paused")
    student.unroute_all(behavior="ignoreErrors")


def test_what_is_told_while_the_server_is_away_reaches_the_class_when_it_is_back(
    contexts: Contexts, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = Server(tmp_path_factory.mktemp("lecture"))
    room = Class(contexts, own)
    for watch in room.watched:
        watch.allowed.append("ERR_")
    room.start()
    presenter, student = room.presenter, room.join()
    room.watched[-1].allowed.append("ERR_")
    press(presenter, "Step forward", 2)
    expect_step(student, 2)
    own.stop()
    expect(bar(student)).to_contain_text("Live link paused")
    press(presenter, "Step forward", 3)
    expect(bar(presenter)).to_contain_text("Live link paused")
    own.start()
    expect(student.get_by_role("slider", name="Timeline")).to_have_value("5", timeout=2000 * PATIENCE)
    expect(bar(student)).not_to_contain_text("paused")
    expect(bar(presenter)).not_to_contain_text("paused")
    room.close()
    own.stop()


def test_a_page_of_another_version_loads_itself_again_once_and_no_more(room: Class) -> None:
    student = room.visit()
    loads: list[str] = []
    student.on("load", lambda page: loads.append(page.url))

    def older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r"main\.js\?v=[^\"]*", "main.js?v=0.0.0", answer.text()))

    def any_engine(route: Route) -> None:
        route.continue_(url=re.sub(r"\?engine=.*", "", route.request.url))

    student.route(re.compile(r"/\?join="), older)
    student.route(re.compile(r"/api/traces/.*engine="), any_engine)
    student.goto(f"{room.server.address}?join={room.code}")
    expect(bar(student)).to_contain_text("The server has another version than this page.")
    assert len(loads) == 2, "it was loaded, and loaded again"
    press(room.presenter, "Step forward")
    expect_step(student, 1)


def test_a_student_on_a_phone_sees_what_happens_now_and_every_button_can_be_hit(room: Class) -> None:
    presenter, phone = room.presenter, room.join((390, 844))
    read(presenter, "cat mat rat cat mat rat cat mat rat cat")
    to_step(presenter, 28)
    expect_step(phone, 28)

    def in_sight() -> bool:
        now, window = phone.locator("#window .cell.now").bounding_box(), phone.locator("#window").bounding_box()
        assert now
        assert window
        return window["x"] <= now["x"] and now["x"] + now["width"] <= window["x"] + window["width"]

    until(in_sight, phone, "what happens now stands outside")
    expect_mode(phone, "following")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("Explore on my own", "Raise hand"):
        box = phone.get_by_role("button", name=name).bounding_box()
        assert box
        assert min(box["height"], box["width"]) >= 44, name
    phone.locator("#window").evaluate("(window) => window.scrollTo(0, 0)")
    expect_mode(phone, "exploring")


def test_everything_of_a_lecture_can_be_done_by_keyboard_alone(room: Class) -> None:
    presenter, student = room.presenter, room.join()

    def on(page: Page, name: str, key: str = "Enter") -> None:
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press(key)

    presenter.keyboard.press(".")
    expect_step(student, 1)
    on(presenter, "Show large")
    expect(presenter.get_by_role("dialog", name="Join this lecture")).to_contain_text(room.code)
    presenter.keyboard.press("Escape")
    on(presenter, "Close this card")
    assert presenter.evaluate("document.activeElement.textContent") == "Show large", "the keyboard keeps its place"
    on(presenter, "Freeze", " ")
    expect(bar(student)).to_contain_text("frozen")
    on(presenter, "Freeze", " ")
    student.keyboard.press(",")
    expect_mode(student, "exploring")
    student.keyboard.press("p")
    expect_mode(student, "following")
    on(student, "Explore on my own")
    expect_mode(student, "exploring")
    assert student.evaluate("document.activeElement.textContent") == "Back to the presenter"
    student.keyboard.press("Enter")
    expect_mode(student, "following")
    student.keyboard.press("?")
    expect(student.get_by_role("dialog", name="Keys")).to_contain_text("In a lecture: back to the presenter")


def test_axe_finds_nothing_on_either_side_of_a_lecture(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    to_step(presenter, 7)
    expect_step(student, 7)
    expect_nothing(presenter, "the card")
    press(presenter, "Private panel")
    expect_nothing(presenter, "the private panel", LECTURE)
    for name in ("Show large", "Another device", "End"):
        press(presenter, name)
        expect_nothing(presenter, name, LECTURE)
        presenter.keyboard.press("Escape")
    press(student, "Raise hand")
    expect_nothing(student, "following", LECTURE)
    press(student, "Explore on my own")
    expect_nothing(student, "exploring", LECTURE)
    press(student, "Back to the presenter")
    expect_mode(student, "following")
    press(presenter, "Blank")
    expect(bar(presenter)).to_contain_text("Blanked")
    expect_nothing(student, "blanked")
    phone = room.join((390, 844))
    expect_nothing(phone, "a phone")
    lost = room.visit()
    room.watched[-1].allowed.append("404")
    lost.goto(f"{room.server.address}?join=ABCDEFGH")
    expect(lost.get_by_role("textbox", name="Code")).to_be_visible()
    expect_nothing(lost, "a wrong code", LECTURE)


def test_another_language_is_chosen_in_the_middle_of_a_lecture_and_its_link_is_of_the_scene_alone(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    to_step(presenter, 4)
    expect_step(student, 4)
    student.get_by_role("combobox", name="Language").select_option("hi")
    expect(student.locator("html")).to_have_attribute("lang", "hi")
    expect(student.locator("[data-part=mode]")).to_have_text(HINDI.words["lecture.mode.following"])
    expect(student.locator("[data-part=slider]")).to_have_value("4")
    presenter.get_by_role("button", name="Share").click()
    link = presenter.get_by_role("dialog").get_by_role("textbox").input_value()
    assert link.startswith(f"{room.server.address}#v=2&"), "nobody is let into the lecture by a link to its scene"


def test_a_class_watches_a_network_learn(room: Class) -> None:
    presenter, student = room.presenter, room.load()
    go(presenter, "Training")
    expect(presenter.get_by_role("combobox", name="Data set").locator("option")).to_have_count(6)
    presenter.get_by_role("combobox", name="Data set").select_option(label="temporal order")
    presenter.get_by_role("spinbutton", name="Epochs").fill("2000")
    press(presenter, "Start training")
    expect(student.locator("#training")).to_contain_text("of 2000,")
    expect(student.get_by_role("progressbar", name="Progress")).to_be_visible()
    late = room.load()
    expect(late.locator("#training")).to_contain_text("of 2000,")
    expect(late.get_by_role("slider", name="Epoch", exact=True)).not_to_have_value("0")
    press(late, "Step back")
    expect_mode(late, "exploring")
    expect(late.locator("#training")).to_contain_text("This network has learnt for")
    press(student, "Stop")
    expect_mode(student, "exploring")
    expect(student.locator("#training")).to_contain_text("Stopped after epoch")
    expect(presenter.locator("#training")).to_contain_text("of 2000,")
    press(student, "Back to the presenter")
    press(presenter, "Pause")
    expect(presenter.locator("#training")).to_contain_text("Paused after epoch")
    expect_same(presenter, student)
    presenter.get_by_role("spinbutton", name="Epochs").fill("3")
    presenter.get_by_role("spinbutton", name="Order seed").fill("5")
    press(presenter, "Start training")
    expect(presenter.locator("#training")).to_contain_text("Finished after epoch 3")
    choose(presenter, "Chart", "The path of h in two dimensions")
    expect(student.get_by_role("combobox", name="Chart", exact=True)).to_have_value("path")
    expect_same(presenter, student)
    expect(student.get_by_role("spinbutton", name="Epochs")).to_have_value("3")
    expect_mode(student, "following")
    press(student, "Start training")
    expect_mode(student, "exploring")
    press(student, "Back to the presenter")
    expect_mode(student, "following")
    expect_same_pixels(student, room.load(), "what one has learnt alone is left behind")


# What stands on the screen in each frame: the words of the picture and its step, as far as they can be seen.
WATCHING = """() => {
    const shown = (globalThis.frames_seen = new Set());
    const look = () => {
        const words = [...document.querySelectorAll("#window .input .word")];
        const seen = words.filter((word) => word.checkVisibility({ visibilityProperty: true })).map((word) => word.textContent);
        const step = document.querySelector("[data-part=slider]")?.value;
        if (seen.length && !document.querySelector(".lecture-door:not([hidden])")) shown.add(`${seen.join(" ")} ${step}`);
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
FRAMES = "() => [...globalThis.frames_seen]"


def test_no_picture_stands_on_a_students_screen_that_was_not_the_presenters(room: Class) -> None:
    """Neither the page's own first picture nor a scene with the step of another one."""
    presenter = room.presenter
    presenter.evaluate(WATCHING)
    read(presenter, "rat cat")
    expect(grid(presenter).get_by_role("gridcell")).to_have_count(4)
    to_step(presenter, 5)
    student = room.visit()
    student.add_init_script(f"({WATCHING})()")
    student.goto(f"{room.server.address}join/{room.code}")
    expect_step(student, 5)
    for sentence in ("mat cat rat mat", "cat", "mat cat rat"):
        read(presenter, sentence)
        press(presenter, "Last step")
        expect_same(presenter, student, sentence)
        press(presenter, "First step")
        expect_same(presenter, student, sentence)
    press(student, "Explore on my own")
    press(presenter, "Step forward", 3)
    press(student, "Back to the presenter")
    expect_step(student, 3)
    seen, shown = student.evaluate(FRAMES), presenter.evaluate(FRAMES)
    assert seen[0].endswith(" 5"), "the first that it shows is where the lecture is"
    assert set(seen) <= set(shown)


def test_who_follows_asks_for_what_can_be_kept_and_sends_nothing(room: Class) -> None:
    presenter, student = room.presenter, room.join()
    asked: list[str] = []
    student.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(room.server.address)}"))
    press(presenter, "Step forward", 20)
    read(presenter, "rat mat")
    press(presenter, "New weights")
    expect_same(presenter, student)
    assert [each for each in asked if not each.startswith("GET ")] == []
    traces = [each for each in asked if re.match(r"GET api/traces/\w+\?", each)]
    assert traces
    assert all(re.fullmatch(r"GET api/traces/[0-9a-f]{64}\?engine=[\w.]+", each) for each in traces)


def test_a_lecture_starts_after_a_passphrase_where_one_is_needed_and_nowhere_where_nobody_may(
    contexts: Contexts, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_STARTERS", "passphrase")
    monkeypatch.setenv("UNROLLED_PASSPHRASE", "backpropagation")
    guarded = Server(tmp_path_factory.mktemp("guarded"))
    room = Class(contexts, guarded)
    room.watched[0].allowed.append("403")
    room.presenter.get_by_role("button", name="Start a lecture").click()
    dialog = room.presenter.get_by_role("dialog", name="Start a lecture")
    dialog.get_by_label("Passphrase of this server").fill("forward")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("passphrase")
    dialog.get_by_label("Passphrase of this server").fill("backpropagation")
    room.presenter.keyboard.press("Enter")
    code_of(room.presenter)
    expect(dialog).to_be_hidden()
    room.leave(room.presenter)
    guarded.stop()
    monkeypatch.setenv("UNROLLED_STARTERS", "nobody")
    guarded.start()
    page = room.visit()
    open_page(page, guarded.address)
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page.get_by_role("button", name="Start a lecture")).to_have_count(0)
    room.close()
    guarded.stop()
