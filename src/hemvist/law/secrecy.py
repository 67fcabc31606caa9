"""Secrecy between boards: which ground can break it (offentlighets- och sekretesslag 2009:400, OSL).

Each board (nämnd) is an authority of its own (8 kap. 1 §), and so is a self-standing branch (8 kap. 2 §). Information
held under 26 kap. 1 § (socialtjänst, which by the text includes a municipal office for immigrants) leaves only on a
ground. The weighing itself - is it clear that no harm follows, is the information needed - is a human judgement; this
module says only which grounds are open and what must be written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hemvist.law.types import Proposal, Source, Step, gettext_noop

OSL = "2009:400"


@dataclass(frozen=True, slots=True)
class DisclosureGround:
    """A ground for disclosure (sekretessbrytande grund)."""

    code: str
    label: str
    source: Source
    test: str
    needs_consent: bool = False
    # Chapters and sections of secrecy that the ground cannot break.
    blocked_for: tuple[str, ...] = ()
    # The receivers' secrecy that the ground reaches; empty means any.
    receivers: tuple[str, ...] = ()
    # Never usable for ordinary planning of a reception; kept so that the page can say why.
    closed_for_coordination: bool = False


_GROUNDS = (
    DisclosureGround(
        "consent",
        gettext_noop("Samtycke från den enskilde"),
        Source(OSL, "10 kap. 1 § och 12 kap. 2 §"),
        gettext_noop("Den enskilde har sagt ja till att just de här uppgifterna lämnas till just den här mottagaren."),
        needs_consent=True,
    ),
    DisclosureGround(
        "no_harm",
        gettext_noop("Det står klart att ingen lider men"),
        Source(OSL, "26 kap. 1 §"),
        gettext_noop(
            "Sekretess gäller om det inte står klart att uppgiften kan lämnas utan att den enskilde eller någon "
            "närstående lider men."
        ),
    ),
    DisclosureGround(
        "necessary",
        gettext_noop("Nödvändigt för den egna verksamheten"),
        Source(OSL, "10 kap. 2 §"),
        gettext_noop(
            "Utlämnandet är nödvändigt för att den egna myndigheten ska klara sin uppgift. Tillämpas restriktivt."
        ),
    ),
    DisclosureGround(
        "duty",
        gettext_noop("Uppgiftsskyldighet i lag eller förordning"),
        Source(OSL, "10 kap. 28 §"),
        gettext_noop("En lag eller förordning säger att uppgiften ska lämnas. Skriv vilken paragraf."),
    ),
    DisclosureGround(
        "child_support",
        gettext_noop("Nödvändigt stöd till barn"),
        Source(OSL, "26 kap. 9 §"),
        gettext_noop(
            "Uppgiften behövs för att den som inte fyllt arton år ska få nödvändig vård, behandling eller stöd. "
            "Gäller bara till socialtjänst eller hälso- och sjukvård."
        ),
        receivers=("26:1", "25:1"),
    ),
    DisclosureGround(
        "general_clause",
        gettext_noop("Generalklausulen"),
        Source(OSL, "10 kap. 27 §"),
        gettext_noop("Det är uppenbart att intresset av att uppgiften lämnas väger tyngre än sekretessen."),
        blocked_for=("26:1", "26:2", "26:3", "26:4", "26:5", "26:6"),
    ),
    DisclosureGround(
        "prevent_crime",
        gettext_noop("Förebygga brott och felaktiga beslut"),
        Source(OSL, "10 kap. 15 a §"),
        gettext_noop("Bara för de ändamål som paragrafen räknar upp, aldrig för att planera ett mottagande."),
        closed_for_coordination=True,
    ),
)

GROUNDS: Mapping[str, DisclosureGround] = MappingProxyType({ground.code: ground for ground in _GROUNDS})


def may_disclose(ground_code: str, owner_secrecy: str, *, receiver_secrecy: str, has_consent: bool) -> Proposal[bool]:
    """Whether a ground is open for information under ``owner_secrecy`` (``"26:1"`` = 26 kap. 1 § OSL).

    Left to a person: whether the ground's test is met in the case. Raises KeyError for an unknown ground.
    """
    ground = GROUNDS[ground_code]
    if owner_secrecy in ground.blocked_for:
        return Proposal(
            False,
            (
                Step(
                    gettext_noop("Generalklausulen gäller inte uppgifter inom socialtjänsten."),
                    {},
                    ground.source,
                ),
            ),
        )
    if ground.receivers and receiver_secrecy not in ground.receivers:
        return Proposal(
            False,
            (
                Step(
                    gettext_noop("Grunden gäller bara utlämnande till socialtjänst eller hälso- och sjukvård."),
                    {},
                    ground.source,
                ),
            ),
        )
    if ground.closed_for_coordination:
        return Proposal(
            False,
            (
                Step(
                    gettext_noop("Grunden får inte användas för att samordna ett mottagande."),
                    {},
                    ground.source,
                ),
            ),
        )
    if ground.needs_consent and not has_consent:
        return Proposal(
            False,
            (
                Step(
                    gettext_noop(
                        "Det finns inget giltigt samtycke som täcker uppgifterna. Registrera samtycket först."
                    ),
                    {},
                    ground.source,
                ),
            ),
        )
    return Proposal(True, (Step(ground.test, {}, ground.source),))
