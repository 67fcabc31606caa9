"""``hemvist user`` and ``hemvist audit``: what whoever runs the server needs."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from hemvist.cli import setup_django


def register(subparsers: Any) -> None:
    user = subparsers.add_parser("user", help="Lägg till användare och ge dem roller")
    deeds = user.add_subparsers(dest="deed", required=True, metavar="ÅTGÄRD")
    add = deeds.add_parser("add", help="Lägg till en användare; frågar efter lösenord")
    add.add_argument("username")
    add.add_argument("name", help="Namn som visas")
    add.set_defaults(run=_add)
    grant = deeds.add_parser("grant", help="Ge en roll i en enhet")
    grant.add_argument("username")
    grant.add_argument("role", help="till exempel coordinator eller social_secretary")
    grant.add_argument("unit", help="enhetens kod i organisation.yaml")
    grant.add_argument("--decided-by", required=True, help="vem som har beslutat")
    grant.add_argument("--protected", action="store_true", help="hanterar skyddade personuppgifter")
    grant.set_defaults(run=_grant)
    end = deeds.add_parser("end", help="Avsluta alla roller och stäng kontot; raderna i loggen står kvar")
    end.add_argument("username")
    end.set_defaults(run=_end)
    audit = subparsers.add_parser("audit", help="Kontrollera loggen")
    checks = audit.add_subparsers(dest="deed", required=True, metavar="ÅTGÄRD")
    verify = checks.add_parser("verify", help="Gå igenom hela kedjan och säg om någon rad har ändrats")
    verify.set_defaults(run=_verify)


def _add(options: argparse.Namespace) -> int:
    setup_django()
    from django.core.exceptions import ValidationError

    from hemvist.access.actor import system_actor
    from hemvist.access.services import add_user

    try:
        add_user(
            system_actor("kommandoraden"),
            username=options.username,
            name=options.name,
            password=getpass.getpass("Lösenord (minst 12 tecken): "),
        )
    except ValidationError as error:
        print("\n".join(error.messages))
        return 1
    print(
        f"{options.username} finns nu. Ge en roll med: "
        f"hemvist user grant {options.username} ROLL ENHET --decided-by NAMN"
    )
    return 0


def _grant(options: argparse.Namespace) -> int:
    setup_django()
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from hemvist.access.actor import system_actor
    from hemvist.access.models import User
    from hemvist.access.roles import Role
    from hemvist.access.services import grant_role
    from hemvist.organisation.models import Unit

    user = User.objects.filter(username=options.username).first()
    unit = Unit.objects.filter(code=options.unit).first()
    if user is None:
        print(f"Användaren {options.username} finns inte. Lägg till den med: hemvist user add {options.username} NAMN")
        return 1
    if unit is None:
        print(
            f"Enheten {options.unit} finns inte. Välj en av: {', '.join(Unit.objects.values_list('code', flat=True))}"
        )
        return 1
    try:
        grant_role(
            system_actor("kommandoraden"),
            user=user,
            role=options.role,
            unit=unit,
            valid_from=timezone.localdate(),
            handles_protected=options.protected,
            decided_by=options.decided_by,
        )
    except ValidationError as error:
        print("\n".join(error.messages), f"Välj en av: {', '.join(Role.values)}")
        return 1
    print(f"{user.name} är nu {Role(options.role).label} i {unit.name}.")
    return 0


def _end(options: argparse.Namespace) -> int:
    setup_django()
    from django.utils import timezone

    from hemvist.access.actor import system_actor
    from hemvist.access.models import User
    from hemvist.access.services import close_account

    user = User.objects.filter(username=options.username).first()
    if user is None:
        print(f"Användaren {options.username} finns inte.")
        return 1
    ended = close_account(system_actor("kommandoraden"), user=user, on=timezone.localdate())
    print(f"{user.name} kan inte längre logga in. {ended} roller avslutades.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    setup_django()
    from hemvist.access.audit import last_hash, verify

    count, broken = verify()
    if broken is None:
        print(f"Loggen är hel: {count} rader. Sista radens kontrollsumma: {last_hash()}")
        return 0
    where = "rader saknas i slutet" if broken == 0 else f"rad {broken} stämmer inte"
    print(f"Loggen är bruten efter {count} rader: {where}.")
    return 1
