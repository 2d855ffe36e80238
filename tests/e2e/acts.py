"""What staff do, in the words of the screen."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, Page, Request, expect

from tests.e2e import paths
from tests.e2e.stack import PASSWORD, Stack

REASON = "Late delivery"
TYPED = {"Points": "500", "Case or order number": "ZD-55910", "Note": "Parcel a week late"}


def sign_in(page: Page, name: str = "sam", password: str = PASSWORD) -> None:
    """Fill and send the form of the sign-in page that is shown."""
    page.get_by_label("E-mail").fill(f"{name}@demo.example")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """By the account's menu."""
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Sign out").click()


def paste(page: Page, text: str) -> None:
    """Paste into the field that has the focus."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def drawer(page: Page) -> Locator:
    """The drawer."""
    return page.locator("#drawer")


def open_drawer(page: Page, contact_id: int) -> Locator:
    """Open the member and the drawer on their page; its first field has the focus then."""
    page.goto(paths.member(contact_id))
    page.get_by_role("link", name="Give credit").click()
    expect(points(page)).to_be_focused()
    return drawer(page)


def points(page: Page) -> Locator:
    """The field for the amount."""
    return page.get_by_role("textbox", name="Points", exact=True)


def fill(page: Page, amount: str = "500", reason: str = REASON) -> None:
    """Type an amount and choose a reason."""
    points(page).fill(amount)
    page.get_by_role("radio", name=reason).check()


def send(page: Page, label: str = "Give 500 points") -> None:
    """Press the button that says the act."""
    page.get_by_role("button", name=label, exact=True).click()


def receipt(page: Page) -> Locator:
    """The line that tells what became of a change."""
    return page.get_by_role("group", name="Receipt")


def expect_given(page: Page, stack: Stack, contact_id: int, before: Decimal) -> None:
    """500 points were given once, and the receipt tells the balance that the remote tells."""
    expect(receipt(page)).to_contain_text(f"Balance is now {before + 500:,} points.")
    assert stack.ours(contact_id) == [(Decimal(500), "completed")]
    assert stack.points(contact_id) == before + 500


def posts(page: Page) -> list[Request]:
    """The POST requests of this tab from now on."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent
