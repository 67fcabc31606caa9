"""Every page in its states, in light and dark, broad and narrow: axe-core finds nothing and nothing sticks out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import get_resolver, reverse
from playwright.sync_api import Page
from tests.browser.conftest import Site, Visit

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
ALL_RULES = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
BROAD, NARROW = 1280, 390
# A page is looked at broad and light, narrow and dark. Where other things are shown on a phone than on a desk, also
# the other way round, for the colours alone.
LOOKS = [(BROAD, "light", ALL_RULES), (NARROW, "dark", ALL_RULES)]
ALL_LOOKS = [*LOOKS, (NARROW, "light", COLOURS), (BROAD, "dark", COLOURS)]
DIFFER = {"sign-in", "start", "household-list", "household", "assignment-list", "task-list", "task", "joint-plan",
          "import-preview", "statistics", "audit-log", "my-plan", "compensation", "claim-list",
          "reconciliation", "dwelling-list", "dwelling", "matching", "housing-right-list",
          "yearly-number-year"}  # fmt: skip

# Empties a form, or fills in what is given by name, and sends it past the browser's own checks.
SEND = """
(form, values) => {
  form.noValidate = true;
  for (const control of form.elements) {
    if (["hidden", "submit", "button", "file"].includes(control.type) || !control.name) continue;
    const value = values[control.name];
    if (["checkbox", "radio"].includes(control.type)) control.checked = control.value === value;
    else if (value !== undefined) control.value = value;
    else if (control.tagName === "SELECT") control.selectedIndex = 0;
    else control.value = "";
  }
  form.requestSubmit();
}
"""
LOOK = """
async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\\n", " ")}`));
}
"""
# What sticks out to the right of a narrow page: not inside something that scrolls by itself, nor there for ears only.
WIDER = """
() => {
  const width = document.documentElement.clientWidth;
  const excused = (element) => {
    for (let around = element; around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.clipPath !== "none" || (around !== element && /auto|scroll/.test(style.overflowX))) return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !excused(element))
    .map((element) => `wider than the page: ${element.tagName} ${element.className.baseVal ?? element.className}`)
    .slice(0, 5);
}
"""


class Stop:
    """A page in one of its states: its address, and what is sent in it first.

    With ``again`` the form that comes of it is sent too, empty. ``where`` are the address's parts by name; a value that
    the scene knows is looked up there, and so is what stands in braces in ``values``.
    """

    def __init__(
        self,
        name: str,
        /,
        *,
        query: str = "",
        send: str = "",
        values: Mapping[str, str] | None = None,
        again: bool = False,
        status: int = 200,
        **where: str,
    ) -> None:
        self.name, self.query, self.send, self.status = name, query, send, status
        self.values, self.where, self.again = values or {}, where, again

    def __str__(self) -> str:
        more = [
            self.query,
            *self.where.values(),
            self.send and f"sent {self.send} {dict(self.values) or 'empty'}",
            self.again and "and again empty",
        ]
        return " ".join(filter(None, [self.name, *more]))

    def address(self, scene: Mapping[str, Any]) -> str:
        if self.name.startswith("/"):
            return self.name
        where = {name: _found(scene, value) for name, value in self.where.items()}
        return reverse(self.name, kwargs=where) + self.query.format_map(scene)


def _found(scene: Mapping[str, Any], value: str) -> Any:
    found: Any = scene
    for part in value.split("."):
        found = found.get(part, value) if isinstance(found, Mapping) else value
    return found


def form(name: str, *, send: str = "main form.form", **where: str) -> list[Stop]:
    """A form as it opens, and with everything that is missing pointed out."""
    return [Stop(name, **where), Stop(name, send=send, **where)]


# The kinds of fact share a page. The first have between them every sort of field.
FACTS = ("permit", "protection")
MONEY_FACTS = ("population_registration", "first_reception", "living", "relative_tie", "stay")
HOME, PERSON = {"household_id": "household"}, {"person_id": "person"}
GUARDED = {"household_id": "protected"}

OPEN = [
    Stop("sign-in"),
    Stop("sign-in", send=".sign-in-card form"),
    Stop("about"),
    Stop("accessibility"),
    Stop("glossary"),
    Stop("glossary", query="?sok=zzz"),
    Stop("/finns-inte/", status=404),
]
READING = [
    Stop("start"),
    Stop("household-list"),
    Stop("household-list", query="?lage=all&ordning=name"),
    Stop("household-list", query="?kategori=other"),
    Stop("household", **HOME),
    Stop("household-people", **HOME),
    Stop("household-sharing", **HOME),
    Stop("household-guidance", **HOME),
    Stop("household-history", **HOME),
    Stop("household", **GUARDED),
    Stop("household-sharing", **GUARDED),
    Stop("household", household_id="closed"),
    Stop("household-housing", household_id="tenant"),
    Stop("household-housing", household_id="needing"),
    Stop("person", **PERSON),
    Stop("person", person_id="protected_person"),
]
WORKING = [
    Stop("task-list", query="?state=late"),
    Stop("task-list"),
    Stop("task-list", query="?case=zzz"),
    Stop("task", task_id="task.samordnare"),
    Stop("task", task_id="done_task.samordnare"),
    Stop("meeting", query="?days=30&late=on"),
    Stop("meeting"),
    Stop("meeting", query="?days=30&late=on&print=1"),
    Stop("joint-plan"),
    Stop("joint-plan", send="main form[novalidate]", status=422),
    Stop("who-does-what", query="?sok=zzz"),
    Stop("unit", code="sfi"),
    Stop("statistics"),
    Stop("law-changes"),
    Stop("law-text", name="law_text"),
    Stop("ruling-new", key="T-6"),
    Stop("ruling-new", key="T-6", send="main form[method=post]", status=422),
    Stop("/inte/alls/", status=404),
]
ASSIGNMENTS = [
    Stop("assignment-list"),
    Stop("assignment-list", query="?status=waiting&kategori=other"),
    Stop("assignment", assignment_id="assignment"),
    Stop("assignment", assignment_id="waiting_assignment", query="?folkbokforing=ja&boende=assigned"),
    *form("assignment-new", send="#entry"),
    *form("assignment-end", assignment_id="waiting_assignment"),
    Stop(
        "assignment-end",
        assignment_id="waiting_assignment",
        send="main form.form",
        values={"status": "withdrawn", "on": "2026-01-02", "reason": "Flyttade"},
    ),
    *form("assignment-add", **HOME),
    Stop("import-new"),
    Stop("import-new", send="main form.form"),
    Stop("import-preview", run_id="clean_run"),
    Stop("import-preview", run_id="faulty_run"),
    Stop("import-preview", run_id="discarded_run"),
    *form("household-new", send="#entry"),
]
DEEDS = [
    *(stop for kind in FACTS for stop in form("fact-new", kind=kind, **PERSON)),
    *(Stop("fact-new", send="main form.form", kind=kind, **PERSON) for kind in MONEY_FACTS),
    *form("identifier-new", **PERSON),
    *form("person-add", **HOME),
    *form("membership-end", membership_id="membership"),
    *form("arrival-new", household_id="waiting"),
    Stop("arrival-new", **HOME),
    *form("arrival-void", arrival_id="arrival"),
    Stop("arrival-plan", household_id="waiting"),
    *form("case-close", **HOME),
    Stop("case-reopen", household_id="closed"),
    *form("coordinator-appoint", **HOME),
    *form("guidance-new", **HOME),
    *form("own-task-new", **HOME),
    Stop("report-send", report_id="report"),
    *form("report-send", report_id="waiting_report"),
    *form("consent-new", **HOME),
    Stop("consent-withdraw", consent_id="consent"),
    Stop("disclosure-new", **HOME),
    Stop("disclosure-new", query="?recipient=", **HOME),
    *(
        Stop("disclosure-new", query="?recipient={recipient}&persons={person}&codes=name", send=send, **HOME)
        for send in ("", "main form[method=post]")
    ),
    Stop("disclosure-new", query="?recipient={recipient}&persons={protected_person}&codes=name", **GUARDED),
    Stop("disclosure-approve", disclosure_id="waiting_disclosure"),
    *form("disclosure-revoke", disclosure_id="disclosure"),
]


# What a unit outside the reception meets: its tasks, forms sent empty, and what it may not see.
SFI = [
    Stop("start"),
    Stop("task-list", query="?state=soon"),
    Stop("task", task_id="task.sfi"),
    *(
        Stop("task", task_id="task.sfi", send=f"form[action$='{deed}']", status=422)
        for deed in ("/inte-aktuell/", "/dag/", "/lamna-over/")
    ),
    Stop("task", task_id="done_task.sfi"),
    Stop("meeting", query="?days=30&late=on"),
    Stop("household", status=403, **HOME),
]
# The state's money. Everything that is owed, and the law behind it.
LEDGER = [
    Stop("start"),
    Stop("statistics"),
    Stop("compensation"),
    Stop("compensation", query="?ar={far_year}"),
    Stop("compensation-people"),
    Stop("compensation-people", query="?lage=expected"),
    Stop("compensation-people", send="main form[role=search]", values={"sok": "zzz"}),
    Stop("compensation-person", **PERSON),
    Stop("compensation-person", person_id="waiting_person"),
    Stop("compensation-household", **HOME),
    Stop("compensation-month", year="year", month="month"),
    Stop("compensation-month", year="2011", month="1"),
    Stop("compensation-key"),
    Stop("compensation-benefits"),
    Stop("compensation-forecast"),
    Stop("compensation-forecast", query="?quota=8&temporary_protection=17"),
    Stop("compensation-forecast", query="?under_20=90&from_limit=20&registration_days=x"),
    Stop("compensation-watch", query="?key=compensation.standard.below_limit&value=200000&from_day=2026-01-01"),
    Stop("compensation-watch", query="?utan={change}"),
    Stop("compensation-watch", query="?key=compensation.standard.below_limit&value=x&from_day="),
]
CLAIMS = [
    Stop("claim-list"),
    Stop("claim-list", query="?status=granted&arende=zzz"),
    Stop("claim-new"),
    Stop("claim-new", send="main form.form", values={"arende": "zzz"}),
    Stop("claim-new", send="main form.form", values={"arende": "{case_number}"}),
    Stop("claim-new", send="main form.form", values={"arende": "{case_number}"}, again=True),
    *(Stop("claim", claim_id=f"claim.{state}") for state in ("draft", "empty", "filed", "partly", "withdrawn")),
    Stop("claim", claim_id="claim.draft", send="main form.form-plain"),
    Stop("claim-change", claim_id="claim.draft"),
    Stop("claim-change", claim_id="claim.draft", send="main form.form", values={"cost": "x", "amount": "-1"}),
    *form("claim-file", claim_id="claim.empty"),
    Stop("claim-withdraw", claim_id="claim.draft"),
    Stop("claim-withdraw", claim_id="claim.filed"),
    Stop("claim-decide", claim_id="claim.filed", send="main form.form"),
    Stop("claim-decide", claim_id="claim.partly"),
    Stop("claim-appeal", claim_id="claim.partly", send="main form.form"),
    Stop("claim-calendar"),
    Stop("calendar-feeds"),
    Stop("calendar-feeds", send="main form[method=post]"),
]
PAYMENTS = [
    Stop("payment-list"),
    Stop("payment-new"),
    Stop("payment-new", send="main form.form"),
    *(
        Stop("payment-preview", file_id=f"paid_list.{state}")
        for state in ("read", "clean", "faulty", "known", "thrown")
    ),
    Stop("payment-match", payment_id="payment"),
    Stop("payment-match", payment_id="payment", send="main form[role=search]", values={"sok": "MOT-"}),
    Stop("payment-match", payment_id="payment", send="main form[role=search]", values={"sok": "zzz"}),
    Stop("reconciliation"),
    Stop("reconciliation", query="?visa=all"),
    Stop("reconciliation", query="?visa=unexpected&manad=1999-01"),
    *form("difference-clear", line="difference.open", **PERSON),
    Stop("difference-clear", line="difference.cleared", **PERSON),
]


COOPERATION = [
    Stop("assignment-points"),
    *form("assignment-point-follow", decision="DE3", number="3"),
    Stop("assignment-point-follow", decision="DE4", number="1"),
    Stop("friction-list"),
    Stop("friction-list", query="?lage=alla"),
    Stop("friction-list", query="?enhet=zzz"),
    *form("friction-new"),
    Stop("friction-edit", friction_id="friction"),
    *form("friction-solve", friction_id="friction"),
    Stop("evidence"),
]
# Where the responsibility lies and should lie; a move as it is drafted, decided and taken back.
RESPONSIBILITY = [
    Stop("responsibility-map"),
    Stop("responsibility-map", query="?vy=uppgifter&dag={next_year}"),
    Stop("responsibility-map", query="?vy=lista&sok=zzz"),
    Stop("board-rules"),
    Stop("board-rules-need"),
    Stop("board-rules-need", query="?funktion=library&namnd=KS"),
    Stop("placement"),
    Stop("placement-alternative", code="SN"),
    *form("argument-new"),
    Stop("weighing"),
    Stop("weighing", query="?T1=nej&T4=dubbelt&kriterium=competence"),
    Stop("weighing-edit"),
]
MOVES = [
    Stop("move-list"),
    Stop("move-new"),
    Stop("move-new", send="main form.form", status=422),
    Stop("move", move_id="move.phase_out"),
    Stop("move-preview", move_id="move.draft"),
    Stop("move-basics", move_id="move.draft"),
    Stop("move-basics", move_id="move.draft", send="main form.form", status=422),
    Stop("move-parts", move_id="move.phase_out"),
    Stop("move-people", move_id="move.draft"),
    Stop("move-rules", move_id="move.draft"),
    Stop("move-decide", move_id="move.phase_out"),
    Stop("move-decide", move_id="move.draft", send="main form.form", status=422),
    Stop("move", move_id="move.decided"),
    Stop("move-withdraw", move_id="move.decided"),
    Stop("move-withdraw", move_id="move.decided", send="main form.form", status=422),
]
# Homes: the stock and the leases, what is needed and offered, the right to housing and its end, the yearly number.
STOCK = [
    Stop("dwelling-list"),
    Stop("dwelling-list", query="?lage=vacant&stegfri=on&sok=zzz"),
    *(
        Stop("dwelling", dwelling_id=f"dwelling.{state}")
        for state in ("vacant", "promised", "noticed", "expired", "blocked")
    ),
    Stop("dwelling-new", send="main form.form"),
    Stop("dwelling-edit", dwelling_id="dwelling.vacant"),
    Stop("dwelling-block", dwelling_id="dwelling.vacant", send="main form.form"),
    Stop("dwelling-document-add", dwelling_id="dwelling.vacant", send="main form.form"),
    Stop("tenancy-list"),
    Stop("tenancy-list", query="?lage=all&sok=zzz"),
    *(Stop("tenancy", tenancy_id=f"lease.{state}") for state in ("noticed", "expired", "future", "ended")),
    *form("tenancy-new", dwelling_id="dwelling.vacant"),
    Stop("tenancy-notice", tenancy_id="lease.expired", send="main form.form"),
    Stop("tenancy-extend", tenancy_id="lease.expired", send="main form.form"),
    Stop("tenancy-moved-out", tenancy_id="lease.expired", send="main form.form"),
    Stop("tenancy-void", tenancy_id="lease.future", send="main form.form"),
]
SEEKING = [
    Stop("need-list"),
    Stop("need-list", query="?lage=withdrawn"),
    *(Stop("need", need_id=f"need.{state}") for state in ("declined", "waiting", "late", "chosen")),
    *form("need-new", household_id="tenant"),
    Stop("need-edit", need_id="need.declined", send="main form.form"),
    Stop("need-withdraw", need_id="need.declined", send="main form.form"),
    Stop("need-lock", need_id="need.declined", send="main form.form"),
    Stop("matching"),
    Stop("match-run", run_id="run"),
    *(Stop("match-why", need_id=f"need.{state}") for state in ("declined", "late", "chosen", "waiting")),
    Stop("offer-new", need_id="need.declined"),
    Stop("offer-new", query="?bostad={small}", need_id="need.declined", send="main form.form"),
    Stop("offer-answer", offer_id="offer"),
    *(Stop("offer-answer", query=f"?svar={said}", offer_id="offer", send="main form.form") for said in ("ja", "nej")),
]
EXAMINED = {"ending_id": "ending.examined"}
RIGHT = [
    Stop("housing-right-list"),
    Stop("housing-right-list", query="?visa=unclear"),
    Stop("housing-right-list", query="?visa=ended"),
    *(Stop("housing-right", household_id=key) for key in ("longest", "ending_early", "tenant")),
    Stop("call-back-new", household_id="longest", person_id="longest_person", send="main form.form"),
    Stop("support-new", household_id="longest", send="main form.form"),
    Stop("ending-new", person_id="seeking_person"),
    Stop("ending-new", person_id="examined_person"),
    Stop("ending-list"),
    Stop("ending-list", query="?lage=closed"),
    Stop("ending", **EXAMINED),
    Stop("ending", ending_id="ending.decided"),
    Stop("ending-ground", **EXAMINED),
    *(
        Stop(f"ending-{part}", send="main form.form", **EXAMINED)
        for part in ("reasons-acceptable", "children", "communicate", "reply", "reasons", "close")
    ),
    *form("ending-decide", **EXAMINED),
    Stop("ending-serve", ending_id="ending.decided", send="main form.form"),
    *form("ending-change", ending_id="ending.decided"),
]
LETTING = [
    Stop("need-list"),
    Stop("need", need_id="need.declined"),
    Stop("dwelling", dwelling_id="dwelling.noticed"),
    Stop("tenancy-list"),
    Stop("matching"),
    Stop("housing-right-list"),
    Stop("stock-import-new"),
    Stop("stock-import-new", send="main form.form"),
    *(Stop("stock-import-preview", file_id=f"stock_file.{state}") for state in ("clean", "faulty", "thrown")),
]
NUMBERS = [
    Stop("housing-balance"),
    Stop("housing-balance", query="?months=24&persons=800&over=6&times=8"),
    Stop("housing-balance", query="?persons=x&small=90", status=422),
    Stop("yearly-number"),
    *(Stop("yearly-number-year", year=year) for year in ("number_year", "settled_year", "blank_year", "2026")),
    Stop("number-new", year="2026", kind="byte", send="main form.form", status=422),
    Stop("number-void", year="number_year", number_id="number", send="main form.form", status=422),
    Stop("criterion-new", year="number_year", code="population", send="main form.form", status=422),
    Stop("wish-edit", year="number_year"),
    Stop("wish-edit", year="number_year", send="main form.form", status=422),
    Stop("wish-edit", year="2026"),
    Stop("wish-settle", year="number_year", send="main form.form", status=422),
    Stop("wish-send", year="settled_year", send="main form.form", status=422),
]
TOURS: dict[str, tuple[str, Sequence[Stop]]] = {
    "a visitor": ("", OPEN),
    "a coordinator reads": ("samordnare", READING),
    "a coordinator works": ("samordnare", WORKING),
    "a coordinator and the anvisningar": ("samordnare", ASSIGNMENTS),
    "a coordinator does things": ("samordnare", DEEDS),
    "a coordinator without the right to the protected": ("samordnare2", [Stop("household", status=404, **GUARDED)]),
    "sfi": ("sfi", SFI),
    "the social secretary": (
        "socialsekreterare",
        [Stop("task", task_id="task.socialsekreterare"), Stop("housing-right-list"), Stop("ending-list")],
    ),
    "the contact centre": (
        "kontaktcenter",
        [
            Stop("start"),
            *form("intake-new", send="#entry"),
            Stop(
                "intake-new",
                send="#entry",
                values={
                    "category": "self_settled",
                    "person-0-given": "Prov",
                    "person-0-family": "Provsson",
                    "person-0-birth_date": "1990-05-05",
                    "person-0-position": "contact",
                },
            ),
            Stop("intake-receipt"),
        ],
    ),
    "the controller and what is owed": ("controller", LEDGER),
    "the controller and the claims": ("controller", CLAIMS),
    "the controller and what was paid": ("controller", PAYMENTS),
    "the strategist": ("strateg", [Stop("compensation"), Stop("compensation-watch")]),
    "the strategist and what the responsibility rests on": ("strateg", COOPERATION),
    "the strategist and where the responsibility lies": ("strateg", RESPONSIBILITY),
    "the administrator and the moves": ("forvaltare", MOVES),
    "a coordinator and the homes": ("samordnare", STOCK),
    "a coordinator and who seeks a home": ("samordnare", SEEKING),
    "a coordinator and the right to housing": ("samordnare", RIGHT),
    "the strategist and the yearly number": ("strateg", NUMBERS),
    "the housing company": ("bostad", LETTING),
    "an association": ("forening", [Stop("who-does-what"), Stop("task-list", status=403)]),
    "the data protection officer": (
        "dataskydd",
        [
            Stop("audit-log", query="?action=audit."),
            Stop("audit-log", query="?actor=zzz"),
            Stop("disclosure-register"),
        ],
    ),
    "the administrator": (
        "forvaltare",
        [
            Stop("ruling-new", key="T-6"),
            *(Stop("yearly-number-year", year=key) for key in ("number_year", "settled_year")),
        ],
    ),
    "the controller and the homes": (
        "controller",
        [Stop("dwelling-list"), Stop("dwelling", dwelling_id="dwelling.expired"), Stop("housing-balance")],
    ),
    "the newcomer": ("nyanland", [Stop("my-plan")]),
}
# Where a page that looks different on a phone is met first.
FIRST = {
    stop.name: stop for _username, stops in reversed(TOURS.values()) for stop in reversed(stops) if stop.name in DIFFER
}.values()
# Sent and never shown; fetched as a file; or a part of another page.
NO_PAGE = {
    "argument-withdraw", "weighing-share", "responsibility-map-file", "board-rules-redline",
    "move-copy", "move-discard", "move-letter", "move-redline",
    "friction-reopen",
    "dwelling-file", "dwelling-unblock", "dwelling-state", "dwelling-document", "dwelling-document-remove",
    "stock-import-template", "stock-import-errors", "stock-import-confirm", "stock-import-progress",
    "stock-import-discard", "tenancy-notice-withdraw", "tenancy-move-out-undo", "tenancy-tick", "need-unlock",
    "offer-withdraw", "matching-run",
    "housing-right-soon", "call-back-withdraw", "ending-letter", "housing-balance-file", "yearly-summary",
    "reconciliation-count",
    "sign-out", "set-language", "demo-sign-in", "import-confirm", "import-discard", "task-take", "task-done",
    "task-not-applicable", "task-reopen", "task-hand-over", "task-move-due", "task-comment",
    "robots", "statistics-csv", "import-template", "import-errors", "household-export",
    "import-progress", "commitment-follow-up",
    "compensation-export", "compensation-sie", "compensation-forecast-file", "claim-export", "claim-evidence",
    "claim-reopen", "calendar-feed", "calendar-feed-revoke", "payment-template", "payment-errors", "payment-confirm",
    "payment-discard", "payment-unmatch", "reconciliation-export",
}  # fmt: skip


def half(place: int) -> pytest.MarkDecorator:
    """With two processes each takes half of the tours, on a demo of its own."""
    return pytest.mark.xdist_group(f"accessibility-{place % 2}")


@pytest.fixture(scope="module")
def scene(site: Site) -> dict[str, Any]:
    return dict(site.run("scene.py"))


def go(page: Page, stop: Stop, scene: Mapping[str, Any]) -> list[str]:
    """Walk to the page in its state."""
    response = page.goto(stop.address(scene))
    values = {name: value.format_map(scene) for name, value in stop.values.items()}
    for given in ([values] if stop.send else []) + ([{}] if stop.again else []):
        with page.expect_navigation() as navigation:
            page.locator(stop.send).first.evaluate(SEND, given)
        response = navigation.value
    status = response.status if response else 0
    return [] if status == stop.status else [f"answered {status}"]


def faults(page: Page, looks: Sequence[tuple[int, str, Any]] = LOOKS) -> list[str]:
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if page.locator("html").get_attribute("lang") not in {"sv", "en"}:
        found.append("no language")
    if not page.title().split("–")[0].strip():
        found.append("no title")
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    page.evaluate(AXE_SCRIPT)
    for width, scheme, rules in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        told = page.evaluate(LOOK, rules)
        if width == NARROW:
            told += page.evaluate(WIDER)
        found += [f"{width} {scheme}: {line}" for line in told]
    return found


@pytest.mark.parametrize("tour", [pytest.param(tour, marks=half(place)) for place, tour in enumerate(TOURS)])
def test_every_page_is_accessible(tour: str, scene: dict[str, Any], sign_in: Visit, visit: Visit) -> None:
    username, stops = TOURS[tour]
    page = sign_in(username) if username else visit()
    wrong: dict[str, list[str]] = {}
    for stop in stops:
        page.set_viewport_size({"width": BROAD, "height": 900})
        if told := go(page, stop, scene) + faults(page, ALL_LOOKS if stop in FIRST else LOOKS):
            wrong[str(stop)] = told
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


@half(0)
def test_pages_in_english_are_accessible(scene: dict[str, Any], sign_in: Visit) -> None:
    page = sign_in("samordnare", locale="en-GB")
    stops = [
        Stop("start"),
        Stop("household", **HOME),
        Stop("task", task_id="task.samordnare"),
        *form("assignment-new", send="#entry"),
        Stop("statistics"),
    ]
    for stop in stops:
        told = go(page, stop, scene) + faults(page, LOOKS[:1])
        page.set_viewport_size({"width": NARROW, "height": 900})
        told += page.evaluate(WIDER)
        assert not told, f"{stop}: {told}"
        assert page.locator("html").get_attribute("lang") == "en"


@half(1)
def test_the_menus_of_a_phone_are_accessible(sign_in: Visit) -> None:
    page = sign_in("samordnare", viewport={"width": NARROW, "height": 800})
    for button in (".rail-button", ".user-button"):
        page.locator(button).click()
        told = faults(page, [(NARROW, "light", ALL_RULES), (NARROW, "dark", ALL_RULES)])
        assert not told, f"{button}: {told}"
        page.keyboard.press("Escape")


@half(1)
def test_the_list_has_every_page_of_the_application() -> None:
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    visited = {stop.name for _username, stops in TOURS.values() for stop in stops if not stop.name.startswith("/")}
    assert visited == names - NO_PAGE
