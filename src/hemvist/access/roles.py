"""Roles and what each may do. One table: the page's buttons, the services and the tests read it.

A permission is ``thing.deed``. Permissions on personal data hold only in the branch (verksamhetsgren) of the
grant; see :mod:`hemvist.access.policy`.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("Samordnare i mottagandet")
    SOCIAL_SECRETARY = "social_secretary", _("Socialsekreterare")
    SCHOOL_ADMINISTRATOR = "school_administrator", _("Administratör, skola")
    SFI_ADMINISTRATOR = "sfi_administrator", _("Administratör, sfi")
    HOUSING_COORDINATOR = "housing_coordinator", _("Bostadssamordnare")
    CONTACT_CENTER = "contact_center", _("Kontaktcenter")
    CONTROLLER = "controller", _("Controller")
    STRATEGIST = "strategist", _("Strateg eller förtroendevald")
    ASSOCIATION = "association", _("Förening")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("Dataskyddsombud")
    ADMINISTRATOR = "administrator", _("Systemförvaltare")
    NEWCOMER = "newcomer", _("Nyanländ")


_OVERVIEW = frozenset({"start.view", "overview.view"})
_INSIGHT = _OVERVIEW | {"statistics.view", "law.view", "placement.view", "yearly_number.view"}
_TASKS = _INSIGHT | {"task.list", "task.work", "meeting.view", "friction.log"}
# Where the responsibility should lie: to weigh is many people's, to draft a move few's, to register its decision one's.
_WEIGH = frozenset({"placement.weigh", "friction.log"})
_DRAFT = _WEIGH | {"placement.draft", "assignment_point.follow"}
# The state's money. Sums without persons hold everywhere; ledger, payments and claims only in the branch of the grant.
_MONEY = frozenset({"compensation.totals", "compensation.read", "compensation.work"})

# Homes. A dwelling is no personal data; needs, leases and the right to housing hold only in the branch of the grant, or
# where a need was disclosed.
_STOCK = frozenset({"dwelling.view", "dwelling.write", "housing_balance.view"})
_HOMES = _STOCK | {"housing_need.read", "housing_need.work", "tenancy.read", "tenancy.work", "matching.run"}
_RIGHT = frozenset({"housing_right.read", "housing_right.work"})
# How many the municipality wishes to receive: many may draft it, few register what was decided.
_NUMBER = frozenset({"yearly_number.work", "housing_balance.view"})

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.COORDINATOR: _TASKS
    | _MONEY
    | _WEIGH
    | _HOMES
    | _RIGHT
    | _NUMBER
    | {
        "housing_right.decide",
        "assignment.list",
        "assignment.write",
        "case.list",
        "case.read",
        "case.write",
        "consent.record",
        "disclosure.make",
        "guidance.log",
        "import.run",
        "plan.coordinate",
        "protection.mark",
        "report.send",
        "ruling.record",
    },
    Role.SOCIAL_SECRETARY: _TASKS | _RIGHT | {"housing_right.decide"},
    Role.SCHOOL_ADMINISTRATOR: _TASKS,
    Role.SFI_ADMINISTRATOR: _TASKS,
    Role.HOUSING_COORDINATOR: _TASKS | _HOMES | _RIGHT,
    Role.CONTACT_CENTER: _TASKS | {"intake.create"},
    Role.CONTROLLER: _INSIGHT | _MONEY | _WEIGH | {"dwelling.view", "housing_balance.view"},
    Role.STRATEGIST: _INSIGHT | _DRAFT | _NUMBER | {"compensation.totals", "dwelling.view", "yearly_number.decide"},
    Role.ASSOCIATION: _OVERVIEW,
    Role.DATA_PROTECTION_OFFICER: _INSIGHT | {"audit.view", "disclosure.audit"},
    Role.ADMINISTRATOR: _INSIGHT
    | _DRAFT
    | _NUMBER
    | {"dwelling.view", "placement.decide", "ruling.record", "yearly_number.decide"},
    Role.NEWCOMER: frozenset({"own_plan.view", "overview.view"}),
}
