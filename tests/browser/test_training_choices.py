"""Choosing what to train, with fingers and keys: the table of layers and the plan."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser import eyes


def opened(page: Page, address: str) -> None:
    page.goto(f"{address}/Train")
    expect(page.get_by_role("heading", name="Your runs")).to_be_visible()
    eyes.whole(page)
    page.get_by_role("radio", name="Build your own").or_(page.get_by_role("button", name="Build your own")).click()
    expect(layer(page, 0)).to_contain_text("conv2d → 26 × 26 × 32")
    eyes.settled(page)


def layer(page: Page, place: int) -> Locator:
    return page.locator(f".st-key-layer-{place}")


def typed(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Enter")


def pressed(page: Page, place: int, name: str) -> None:
    """Press the button of a layer with this name, skipping the invisible copies with which Streamlit measures."""
    layer(page, place).get_by_role("button", name=name).filter(visible=True).click()


def test_illegal_layer_is_refused_and_fixed_and_a_typed_rate_gives_way_to_an_optimisers(
    page: Page, address: str
) -> None:
    """Streamlit reports a typed option anew when it becomes one of the options, after everything else."""
    opened(page, address)
    filters = layer(page, 2).get_by_role("spinbutton", name="Filters")
    typed(filters, "0")
    expect(layer(page, 2).get_by_role("alert")).to_contain_text("`filters` must be a whole number from 1 to 4096")
    expect(layer(page, 3)).to_contain_text("waits for the layer above")
    expect(page.get_by_role("button", name="Train it")).to_be_disabled()
    typed(filters, "16")
    expect(layer(page, 2)).to_contain_text("conv2d_1 → 11 × 11 × 16 · 4,624 parameters")
    expect(layer(page, 2).get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Train it")).to_be_enabled()

    rate = page.get_by_role("combobox", name="Learning rate")
    typed(rate, "0.05")
    eyes.settled(page)
    expect(rate).to_have_value("0.05")
    page.get_by_text("SGD", exact=True).click()
    expect(page.get_by_text("Keras 3’s rate for SGD: 0.01.")).to_be_visible()
    expect(rate).to_have_value("0.01")
    eyes.settled(page)
    expect(rate).to_have_value("0.01")


def test_layers_are_added_moved_and_removed_on_a_phone(phone: Page, address: str) -> None:
    opened(phone, address)
    pressed(phone, 1, "Add a layer below max_pooling2d")
    phone.get_by_role("menuitem", name="BatchNormalization").or_(
        phone.get_by_role("option", name="BatchNormalization")
    ).click()
    expect(layer(phone, 2)).to_contain_text("batch_normalization → 13 × 13 × 32 · 128 parameters")
    pressed(phone, 2, "Move batch_normalization up")
    expect(layer(phone, 1)).to_contain_text("batch_normalization → 26 × 26 × 32")
    pressed(phone, 1, "Remove batch_normalization")
    expect(layer(phone, 1)).to_contain_text("max_pooling2d → 13 × 13 × 32")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_network_and_plan_survive_another_page_and_their_keras_program_follows(page: Page, address: str) -> None:
    opened(page, address)
    typed(page.get_by_role("spinbutton", name="Epochs", exact=True), "3")
    typed(layer(page, 0).get_by_role("spinbutton", name="Filters"), "7")
    expect(layer(page, 0)).to_contain_text("26 × 26 × 7")  # and what was sent before it has arrived, too
    eyes.settled(page)
    page.locator(".st-key-navigation").get_by_role("link", name="Layers").click()
    eyes.arrived(page, "Layers")
    page.locator(".st-key-navigation").get_by_role("link", name="Train").click()
    expect(layer(page, 0)).to_contain_text("26 × 26 × 7")
    expect(layer(page, 0).get_by_role("spinbutton", name="Filters")).to_have_value("7")
    expect(page.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("3")

    page.get_by_text("The same in Keras").click()
    program = page.get_by_test_id("stCode")
    expect(program).to_contain_text("layers.Conv2D(7, kernel_size=(3, 3)")
    expect(program).to_contain_text("epochs=3")
    typed(page.get_by_role("spinbutton", name="Epochs", exact=True), "4")
    expect(program).to_contain_text("epochs=4")
    with page.expect_download() as download:
        page.get_by_role("button", name="my-network.py").click()
    assert download.value.suggested_filename == "my-network.py"


def test_recorded_trainings_play_and_end_with_their_verdict(page: Page, address: str) -> None:
    page.goto(f"{address}/Train")
    page.get_by_role("button", name="Find out (recorded: at once)").first.click()
    replay = page.locator(".st-key-recorded")
    expect(replay.locator(".player")).to_have_attribute("data-playing", "true")
    expect(replay.locator(".player .name")).to_have_text("epoch 1 of 6")
    expect(replay.locator(".curves canvas").first).to_be_visible()
    expect(replay.get_by_text("Read right of 5,000 digits")).to_have_count(0)
    replay.get_by_label("Speed").select_option("4×")
    expect(replay.get_by_text("Read right of 5,000 digits")).to_be_visible()
    expect(replay.locator(".player .name")).to_have_text("epoch 6 of 6")
    replay.get_by_role("button", name="Close").click()
    expect(replay).to_have_count(0)
    page.get_by_role("button", name="Find out (recorded: at once)").first.click()
    page.get_by_role("button", name="Show the result at once").click()
    expect(replay.get_by_text("Read right of 5,000 digits")).to_be_visible()
    expect(replay.locator(".player")).to_have_attribute("data-playing", "false")
