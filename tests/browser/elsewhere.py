"""Run in a demo's environment: adds a controller whose only role is in a branch without cases. Prints the username."""

from __future__ import annotations

import json
from datetime import date

from hemvist.cli import setup_django

setup_django()

from hemvist.access.actor import Actor  # noqa: E402
from hemvist.access.models import User  # noqa: E402
from hemvist.access.roles import Role  # noqa: E402
from hemvist.access.services import grant_role  # noqa: E402
from hemvist.organisation.models import Unit  # noqa: E402

DECIDED_BY = "Demonstration"


def make() -> str:
    user = User.objects.create_user("controller2", "Cilla Controller")
    user.is_demo = True
    user.save()
    grant_role(
        Actor(None, DECIDED_BY),
        user=user,
        role=Role.CONTROLLER,
        unit=Unit.objects.get(code="executive_office"),
        valid_from=date(2025, 1, 1),
        decided_by=DECIDED_BY,
    )
    return str(user.username)


if __name__ == "__main__":
    print(json.dumps(make()))
