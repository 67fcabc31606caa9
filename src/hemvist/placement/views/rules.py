"""The boards' rules of procedure: how they read, whether a clause is needed, and a proposal as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from hemvist.access.decorators import requires
from hemvist.documents.model import Bullets, Document, Heading, Paragraph, Run
from hemvist.placement import letters, rules
from hemvist.placement.forms.rules import NeedForm
from hemvist.placement.rules import Proposal
from hemvist.web import clock
from hemvist.web.templatetags.hemvist import longdate


@require_safe
@requires("placement.view")
def board_rules(request: HttpRequest) -> HttpResponse:
    return render(request, "placement/rules.html", {"page": rules.rules_page(clock.today())})


@require_safe
@requires("placement.view")
def board_rules_need(request: HttpRequest) -> HttpResponse:
    """Whether a board's rules need a new clause for a function (S-38)."""
    today = clock.today()
    functions, boards = rules.choices(today)
    form = NeedForm(request.GET or None, functions=functions, boards=boards)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = rules.need_page(today, functions, boards, function=asked.get("uppgift", ""), board=asked.get("namnd", ""))
    return render(request, "placement/rules_need.html", {"form": form, "page": page})


@require_safe
@requires("placement.view")
def board_rules_redline(request: HttpRequest, board: str, kind: str) -> HttpResponse:
    """What a board's rules must say instead of acts that are repealed, as a file with the changes tracked."""
    found = rules.proposal(board, clock.today())
    if found is None:
        raise Http404
    return letters.answer(_document(found), f"reglemente-{board.lower()}-{found.on.isoformat()}", kind)


def _document(found: Proposal) -> Document:
    """In Swedish, the language of the decision."""
    with translation.override("sv"):
        return Document(
            f"{found.title}: förslag till ändringar",
            "sv",
            (
                Paragraph.of(
                    f"Ändringarna ska gälla från och med {longdate(found.on)}. De behövs var ansvaret än ligger, "
                    "eftersom reglementet hänvisar till lag som upphör. Förslaget är skrivet av Hemvist efter "
                    "lagregistret; läs igenom ordalydelsen före beslut."
                ),
                Heading("Bestämmelser"),
                *(
                    Paragraph((*runs, Run(letters.PARAPHRASED, "emphasis")) if place in found.paraphrased else runs)
                    for place, runs in enumerate(found.runs)
                ),
                Heading("Skäl"),
                Bullets.of(*dict.fromkeys(change.why for change in found.amendments)),
            ),
        )
