"""The documents of a move: the report to the deciding body (tjänsteskrivelse) and the rules of procedure with the
amendments marked. Always in Swedish, the language of the decision.
"""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hemvist.access.actor import Actor
from hemvist.documents.docx import to_docx
from hemvist.documents.model import Block, Bullets, Document, Heading, Numbered, Paragraph, Run, Table
from hemvist.documents.pdf import PdfUnavailable, to_pdf
from hemvist.law.types import Step
from hemvist.organisation.models import Board, GoverningDecision, Move, Unit
from hemvist.organisation.queries import municipality
from hemvist.organisation.texts import said
from hemvist.placement import amending, arguments, moving, queries
from hemvist.placement.conditions import ConditionStatus
from hemvist.web import files
from hemvist.web.templatetags.hemvist import longdate, shown

# A decision must not take our words for the rules' own.
PARAPHRASED = " (Med Hemvists ord, inte ordagrant ur reglementet.)"
DIRECTIONS = {"+": "För", "-": "Emot", "0": "Varken eller", "req": "Krav"}


def answer(document: Document, name: str, kind: str) -> HttpResponse:
    """The document as a file. Raises Http404 for a kind that is not made."""
    if kind == "docx":
        return files.download(to_docx(document, author="Hemvist", at=timezone.now()), name, kind)
    if kind == "pdf":
        try:
            return files.download(to_pdf(document), name, kind)
        except PdfUnavailable as missing:
            return HttpResponse(str(missing), status=503, content_type="text/plain; charset=utf-8")
    raise Http404


def redline_of(move: Move, board: str) -> Document:
    """A board's rules with the move's amendments as tracked changes. Raises Http404 for a board that has none."""
    if board not in {code for code, _name in amending.boards_of(move)}:
        raise Http404
    with translation.override("sv"):
        name = Board.objects.get(code=board).name_sv
        clauses, ours = amending.redlined(move, board)
        why = list(dict.fromkeys(row["why"] for row in move.amendments if row["board"] == board))
        return Document(
            f"Reglemente för {_small(name)}: förslag till ändringar",
            "sv",
            (
                Paragraph.of(f"Ändringarna ska gälla från och med den {longdate(move.takes_effect_on)}."),
                Heading("Bestämmelser"),
                *(
                    Paragraph((*runs, Run(PARAPHRASED, "emphasis")) if place in ours else runs)
                    for place, runs in enumerate(clauses)
                ),
                Heading("Skäl"),
                Bullets.of(*why),
            ),
            (("Gäller", move.title), *((("Beslut", move.reference),) if move.decided_on else ())),
        )


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def report(actor: Actor, move: Move, *, today: date) -> Document:
    """The report to the body that decides: proposal, background, what moves, consequences in numbers, confidentiality,
    arguments with voices, conditions, amendments. Nothing is recommended that people have not put in.
    """
    with translation.override("sv"):
        rows = queries.function_rows(move)
        blocks: list[Block] = [Heading("Förslag till beslut"), Numbered.of(*_proposals(move, rows))]
        blocks += _summary(move, rows)
        blocks += _background()
        blocks += _what_moves(move, rows)
        blocks += _consequences(actor, move, today)
        blocks += _secrecy(move, rows)
        blocks += _arguments(move, today)
        blocks += _amendments(move)
        place = municipality()
        return Document(
            move.title,
            "sv",
            tuple(blocks),
            (
                ("Handling", "Tjänsteskrivelse" if move.decided_on else "Tjänsteskrivelse, utkast"),
                ("Kommun", place.name_sv if place else ""),
                ("Dag", longdate(today)),
                ("Handläggare", actor.name),
                ("Diarienummer", move.diary_number or "fylls i"),
            ),
        )


def _proposals(move: Move, rows: list[queries.FunctionRow]) -> list[str]:
    day = longdate(move.takes_effect_on)
    found = []
    by_pair: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.moves and row.now and row.then and row.now.board.pk != row.then.board.pk:
            by_pair.setdefault((row.now.board.name, row.then.board.name), []).append(_small(row.name))
    for (source, target), names in by_pair.items():
        found.append(
            f"Ansvaret för {_listed(names)} flyttas från {_small(source)} till {_small(target)} från och med den {day}."
        )
    for row in rows:
        if row.now is None and row.then is not None:
            found.append(f"{row.then.board.name} svarar för {_small(row.name)} från och med den {day}.")
    boards = [_small(name) for _code, name in amending.boards_of(move)]
    if boards:
        rules = "Reglementena" if len(boards) > 1 else "Reglementet"
        found.append(f"{rules} för {_listed(boards)} ändras enligt förslaget, från och med den {day}.")
    for unit in Unit.objects.filter(code__in=move.closes):
        found.append(f"{unit.name} läggs ned den {day}. Dess uppgifter fördelas enligt tabellen nedan.")
    for one in queries.names_and_missions(move):
        if one.name:
            found.append(f"Den enhet som svarar för mottagandet heter {one.name} från och med den {day}.")
        if one.mission:
            found.append(f"Enhetens uppdrag är: {one.mission}")
    return found or ["(Förslaget är tomt: utkastet ändrar ingenting än.)"]


def _summary(move: Move, rows: list[queries.FunctionRow]) -> list[Block]:
    """Where the responsibility lies, where it would lie, and how much that is: from the rows alone."""
    found = queries.confidentiality(rows)
    moving_rows = [row for row in rows if row.moves or (row.now is None and row.then is not None)]
    if not (moving_rows and found.old and found.new):
        return []
    duties = sum(len(row.obligations) for row in moving_rows)
    tasks = sum(task.moves for row in rows for task in row.tasks)
    words = f"Mottagandet ligger hos {found.old.name} ({_small(found.old.board.name)})."
    if found.changes_board:
        words += f" Från och med den {longdate(move.takes_effect_on)} skulle det ligga hos {found.new.name} "
        words += f"({_small(found.new.board.name)})."
    words += f" {len(moving_rows)} ansvar byter eller får en ägare, med {tasks} uppgifter och {duties} skyldigheter"
    words += " enligt lag."
    return [Heading("Sammanfattning"), Paragraph.of(words)]


def _listed(words: list[str]) -> str:
    return " och ".join(part for part in (", ".join(words[:-1]), words[-1] if words else "") if part)


def _background() -> list[Block]:
    place = municipality()
    decisions = GoverningDecision.objects.order_by("kind", "position")
    lines = []
    for decision in decisions:
        when = longdate(decision.decided_on) if decision.decided_on else decision.when
        cited = ", ".join(part for part in (when, decision.section, decision.diary_number) if part)
        lines.append(f"{decision.body} ({cited}): {decision.summary}")
    return [
        Heading("Bakgrund"),
        *([Paragraph.of(place.reception_duty)] if place else []),
        *([Bullets.of(*lines)] if lines else []),
    ]


def _what_moves(move: Move, rows: list[queries.FunctionRow]) -> list[Block]:
    alternative = queries.alternatives().get(move.alternative)
    # A unit that is wound up leaves every one of its tasks to somebody.
    each = alternative is not None and alternative.crosswise
    cells = []
    for row in rows:
        if not row.concerned:
            continue
        cells.append((row.name, _unit(row.now), "Ingen" if row.unowned else _unit(row.then)))
        cells += [
            (f"{task.title} ({task.thing.task})", _unit(task.now), "Ingen" if task.unowned else _unit(task.then))
            for task in row.tasks
            if each or task.own or task.unowned or _unit(task.then) != _unit(row.then)
        ]
    if not cells:
        return [Heading("Vad som flyttar"), Paragraph.of("Inget ansvar flyttar.")]
    competences = [
        (f"{task.title} ({task.thing.task})", ", ".join(task.competences))
        for row in rows
        for task in row.tasks
        if task.competences and (task.moves or task.own)
    ]
    found: list[Block] = [
        Heading("Vad som flyttar"),
        Table(
            "Ansvar och uppgifter före och efter", ("Ansvar eller uppgift", "Dagen före", "Från dagen"), tuple(cells)
        ),
    ]
    if competences:
        found.append(Table("Kompetens som uppgifterna kräver", ("Uppgift", "Kompetens"), tuple(competences)))
    duties = sorted({text for row in rows if row.moves or (row.now is None and row.then) for text in row.obligations})
    if duties:
        found += [Paragraph.of("Skyldigheter enligt lag som följer med:"), Bullets.of(*duties)]
    return found


def _unit(unit: Unit | None) -> str:
    return f"{unit.name}, {_small(unit.board.name)}" if unit else "–"


def _consequences(actor: Actor, move: Move, today: date) -> list[Block]:
    obstacles = moving.obstacles(move, today) if move.status == Move.Status.DRAFT else []
    if obstacles:
        return [
            Heading("Konsekvenser"),
            Paragraph.of("Utkastet är inte komplett. Innan det kan beslutas återstår:"),
            Bullets.of(*obstacles),
        ]
    ahead = move.status in {Move.Status.DRAFT, Move.Status.DECIDED}
    outcome = moving.preview(actor, move=move, today=today) if ahead else None
    rows = queries.outcome_rows(move, outcome, exact=False)
    if not rows:
        return []
    return [
        Heading("Konsekvenser"),
        *([Paragraph.of(f"Uträknat {longdate(today)} genom att göra flytten och ta tillbaka den.")] if ahead else []),
        Table("Vad flytten innebär på dagen", ("Vad", "Antal"), tuple(rows)),
    ]


def _secrecy(move: Move, rows: list[queries.FunctionRow]) -> list[Block]:
    found = queries.confidentiality(rows)
    alternative = queries.alternatives().get(move.alternative)
    lines = []
    if found.changes_owner and found.old and found.new:
        stays = "" if move.closed_cases_follow else " Avslutade ärenden stannar som arkiv."
        lines.append(
            f"Från dagen hör ärendena till {_small(found.new.board.name)} och verksamhetsgrenen "
            f"”{found.new.branch.name}”. {found.old.board.name} läser dem inte längre.{stays}"
        )
        lines.append(
            "Uppgifterna behandlas som socialtjänst (26 kap. 1 § OSL) före och efter, vilken nämnd mottagandet än hör "
            "till. Det är den strängaste läsningen och bör bekräftas av kommunens jurist."
        )
    if alternative:
        lines.append(said(alternative.confidentiality))
    return [Heading("Sekretess"), Bullets.of(*(lines or ["Ärendena byter inte ägare."]))]


def _arguments(move: Move, today: date) -> list[Block]:
    found = arguments.placement(today)
    blocks: list[Block] = [
        Heading("Vad som talar för och emot"),
        Paragraph.of(
            "Argumenten är återgivna med den som har framfört dem och rad i kommunens utredning, eller annan källa. "
            "Hur tungt de väger avgör de som beslutar."
        ),
    ]
    for side in found.sides:
        if not side.lines:
            continue
        table = tuple(
            (
                line.code,
                DIRECTIONS[line.direction],
                line.text + (f" (gäller om {line.status.code}: {_small(line.status.label)})" if line.status else ""),
                "; ".join([", ".join(line.voices), f"rad {line.lines}" if line.lines else line.source]),
            )
            for line in side.lines
        )
        blocks += [Heading(side.label, 2), Table("Argument", ("Nr", "Riktning", "Argument", "Vem och var"), table)]
    if found.conditions:
        blocks += [
            Heading("Villkor som ändrar argumenten", 2),
            Bullets.of(*(_condition(status) for status in found.conditions.values())),
        ]
    if found.facts:
        blocks += [
            Heading("Uppgifter utanför utredningen", 2),
            Bullets.of(*(f"{fact.code}: {fact.text} ({fact.fact.reference})" for fact in found.facts)),
        ]
    return blocks


def _condition(status: ConditionStatus) -> str:
    state = {True: "uppfyllt", False: "inte uppfyllt", None: "inte känt"}[status.holds]
    return f"{status.code}, {_small(status.label)}: {state}. {_said(status.reason)}"


def _said(step: Step) -> str:
    return step.render(_, shown)


def _amendments(move: Move) -> list[Block]:
    found: list[Block] = [Heading("Ändringar i reglementena")]
    rows = [row for row in amending.shown(move) if any(run.kind != "plain" for run in row.runs)]
    for row in rows:
        found += [
            Heading(row.board_name, 2),
            Paragraph(row.runs),
            Paragraph((Run("Skäl: ", "strong"), Run(row.why))),
        ]
    if not rows:
        found.append(Paragraph.of("Inga ändringar är föreslagna. Kontrollera att reglementena stämmer med flytten."))
    return found
