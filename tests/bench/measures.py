"""The member page: each function measures the running stack and gives rows of the table."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from tests.bench.load import Browser, Times, ask, repeated
from tests.bench.stack import KEY, Process, Stack, console

LATENCY = 0.1
"""Seconds after which the sandbox answers."""
ROUNDS = 6
"""The call and the page take turns, so that what else the machine does strikes both."""
CALLS, COLD, CROWD, SLOW_PEERS = 20, 20, 32, 15
"""Answers a round: of the call, of pages for one user and for several; and the peers' pages in all."""
USERS = 8
CLICK_EVERY = 7.0


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure, and how it stands to its bar where there is one."""

    what: str
    figure: str
    bar: str = ""
    holds: bool | None = None


Measure = Callable[[Stack], Iterator[Row]]


def pages(stack: Stack) -> Iterator[Row]:
    """The member page against the slowest single call, the naive way and the SDK."""
    stack.control("PUT", "/latency", seconds=LATENCY)
    warm_up(stack)
    slowest = _slowest_call(stack)
    for users, count, limit in ((1, COLD, 1.10), (USERS, CROWD, 1.30)):
        call, page = Times([], 0), Times([], 0)
        for _ in range(ROUNDS):
            call += _call(stack, slowest, CALLS)
            page += look_at(stack, fresh(stack, count), users)
        yield Row(f"slowest single call, beside the next line ({slowest})", ms(call))
        yield _ratio(
            f"member page, cold, {_users(users)}", page, page.p95 / call.p95, limit, "p95 of the call's"
        )
        for name, peer in (("naive", stack.naive), ("SDK", stack.sdk)):
            slow = ask([peer_url(peer, each) for each in fresh(stack, SLOW_PEERS)], users=users)
            yield _ratio(
                f"{name} page, {_users(users)}", slow, page.p50 / slow.p50, 0.14, "p50: ours of theirs"
            )
    for users, limit in ((1, 10), (USERS, 50)):
        member = fresh(stack, 1)
        look_at(stack, member, 1)
        again = look_at(stack, member * 120, users)
        yield Row(
            f"member page opened again, {_users(users)}", ms(again), f"p95 {limit} ms", again.p95 <= limit
        )


def connections(stack: Stack) -> Iterator[Row]:
    """What a pause, and a start, cost the next page."""
    stack.control("PUT", "/latency", seconds=LATENCY)
    warm = look_at(stack, fresh(stack, COLD), 1)
    before = stack.connections
    sleep(CLICK_EVERY)
    look_at(stack, fresh(stack, 1), 1)
    opened = len(stack.connections - before)
    yield Row(f"new connections of a page {CLICK_EVERY:.0f} s after the last", str(opened), "0", opened == 0)
    firsts: list[float] = []
    for member in fresh(stack, 3):
        with console(stack.sandbox, stack.database) as young:
            sleep(1)  # nobody is signed in and searching sooner
            url = f"{young.url}/programmes/{stack.programme}/members/{member}"
            firsts += ask([url], headers=stack.headers).each
    ratio = min(firsts) / warm.p50
    yield Row("first page of a fresh worker", f"{ratio:.2f} x a warm one's p50", "1.1 x", ratio <= 1.1)


def calls(stack: Stack) -> Iterator[Row]:
    """How many requests each page costs."""
    stack.control("PUT", "/latency", seconds=0)
    warm_up(stack)
    found, member, crowd = fresh(stack, 3)
    mail = stack.remote("GET", f"/contacts/{found}", identifierType="contact_id")["email"]
    for what, deed, limit in (
        ("find by e-mail", lambda: _find(stack, mail), 0),
        ("member page, cold", lambda: _with_late_parts(stack, member), 4),
        ("again within a minute, with its late check", lambda: _with_late_parts(stack, member), 1),
        ("16 views of one member at once", lambda: look_at(stack, [crowd] * 16, 16), 4),
    ):
        spent = _spent(stack, deed)
        yield Row(f"Loyalty requests: {what}", str(spent), f"{limit}", spent <= limit)


def weights(stack: Stack) -> Iterator[Row]:
    """What travels to the browser, compressed."""
    url = member_url(stack, fresh(stack, 1)[0])
    page = _fetch(stack, url)
    whole = _gzipped(page)
    files = {part for part in page.text.split('"') if part.startswith("/static/") and "icons" not in part}
    sizes = {name: _gzipped(_fetch(stack, stack.console.url + name)) for name in files}
    yield _size("member page", whole, 12)
    yield _size("its fragment Activity", _gzipped(_fetch(stack, f"{url}/activity")), 6)
    yield _size("credit drawer", _gzipped(_fetch(stack, f"{url}/credit/form")), 6)
    yield _size(f"cold page with its {len(files)} files", whole + sum(sizes.values()), 60)
    yield _size("scripts", sum(size for name, size in sizes.items() if ".js" in name), 20)
    yield _size("style", sum(size for name, size in sizes.items() if ".css" in name), 8)


def warm_up(stack: Stack) -> None:
    """Let everybody have their connections and configuration."""
    look_at(stack, fresh(stack, USERS), USERS)
    for peer in (stack.naive, stack.sdk):
        ask([peer_url(peer, each) for each in fresh(stack, USERS)], users=USERS)


def fresh(stack: Stack, count: int) -> list[int]:
    """Members nobody looked at in this run."""
    taken = list(islice(stack.members, count))
    if len(taken) < count:
        raise RuntimeError("the world has too few members for this run")
    return taken


def look_at(stack: Stack, members: Sequence[int], users: int) -> Times:
    """Open the console's pages of ``members``."""
    return ask([member_url(stack, each) for each in members], users=users, headers=stack.headers)


def member_url(stack: Stack, contact_id: int) -> str:
    """The console's page of a member."""
    return f"{stack.console.url}/programmes/{stack.programme}/members/{contact_id}"


def peer_url(peer: Process, contact_id: int) -> str:
    """A peer's page of a member."""
    return f"{peer.url}/members/{contact_id}"


def ms(times: Times) -> str:
    """Median and tail."""
    digits = 0 if times.p50 >= 10 else 1
    return f"p50 {times.p50:.{digits}f}, p95 {times.p95:.{digits}f} ms"


def _slowest_call(stack: Stack) -> str:
    """The name of the call with the slowest median among those that a page makes."""
    return max(_page_calls(stack, 1), key=lambda name: _call(stack, name, CALLS // 2).p50)


def _page_calls(stack: Stack, member: int) -> dict[str, str]:
    loyalty = {"contactId": member, "balanceDefinitionId": stack.definition}
    balance = f"/loyalty/balance/programs/{stack.programme}"
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "account": (f"/loyalty/config/programs/{stack.programme}/account-info", {"contactId": member}),
        "history": (f"{balance}/transaction-history", {**loyalty, "limit": 100}),
        "lots": (f"{balance}/active-balance", {**loyalty, "limit": 500}),
        "vouchers": (f"/loyalty/offer/programs/{stack.programme}/vouchers", {"contactId": member}),
        "contact": (f"/contacts/{member}", {"identifierType": "contact_id"}),
    }
    return {name: f"{stack.api}{path}?{urlencode(query)}" for name, (path, query) in asked.items()}


def _call(stack: Stack, name: str, count: int) -> Times:
    browser = Browser(stack.api, {"api-key": KEY})
    urls = iter([_page_calls(stack, member)[name] for member in fresh(stack, count)])
    return repeated(lambda: browser.get(next(urls)), count)


def _fetch(stack: Stack, url: str) -> httpx.Response:
    return httpx.get(url, headers=stack.headers, trust_env=False, timeout=60).raise_for_status()


def _find(stack: Stack, query: str) -> None:
    """What the search form does, up to the address of the member it found."""
    home = f"{stack.console.url}/programmes/{stack.programme}/"
    token = re.search(r'name="_token" value="([^"]+)"', _fetch(stack, home).text)
    answer = httpx.post(
        f"{home}find",
        data={"_token": token[1] if token else "", "query": query},
        headers={**stack.headers, "Sec-Fetch-Site": "same-origin"},
        trust_env=False,
    )
    if "/members/" not in urlsplit(answer.headers.get("Location", "")).path:
        raise RuntimeError(f"the search found nothing: {answer.status_code}")


def _with_late_parts(stack: Stack, member: int) -> None:
    """The page, and what its script would ask for at once."""
    page = _fetch(stack, member_url(stack, member)).text
    for tag in re.findall(r'<[^>]+hx-trigger="load[^>]+>', page):
        late = re.search(r'hx-get="([^"]+)"', tag)
        if late:
            _fetch(stack, stack.console.url + late[1].replace("&amp;", "&"))


def _spent(stack: Stack, deed: Callable[[], object]) -> int:
    """Loyalty requests that ``deed`` cost."""
    stack.control("DELETE", "/calls")
    deed()
    return sum("/loyalty/" in each["path"] for each in stack.control("GET", "/calls"))


def _gzipped(answer: httpx.Response) -> int:
    return len(gzip.compress(answer.content, 6))


def _size(what: str, size: int, limit: int) -> Row:
    return Row(f"{what}, gzip", f"{size / 1024:.1f} KB", f"{limit} KB", size <= limit * 1024)


def _ratio(what: str, times: Times, ratio: float, limit: float, against: str) -> Row:
    return Row(what, f"{ms(times)}; {ratio:.2f} x {against}", f"{limit} x", ratio <= limit)


def _users(count: int) -> str:
    return "1 user" if count == 1 else f"{count} users"
