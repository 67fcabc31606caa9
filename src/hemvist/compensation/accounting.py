"""The state's money as vouchers for the municipality's ledger: what has fallen due is a claim on the state, and income
of the units that the key gives it to. Sums only, no persons, and no protected cases whoever asks.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import hemvist
from hemvist.access import audit, policy
from hemvist.access.actor import Actor
from hemvist.compensation import sie
from hemvist.compensation.ledger import GROUP_LABELS, lines, year_of
from hemvist.compensation.queries import Keys, summed
from hemvist.law.calendar import end_of_month
from hemvist.law.compensation import Route
from hemvist.organisation.queries import accounts, municipality


@transaction.atomic
def sie_file(actor: Actor, *, year: int, today: date) -> bytes:
    """A voucher for each month of the year that has ended: the claim on the state against income by ground and unit.

    What must be applied for is left out: it is no claim before it is decided. Raises ValidationError when the
    municipality's folder names no accounts.
    """
    policy.require(actor, "compensation.totals")
    plan = accounts()
    if plan is None:
        raise ValidationError(_("Kommunens mapp saknar konton. Fyll i accounts i compensation.yaml och ladda mappen."))
    since, until = year_of(year)
    keys = Keys(today)
    months: dict[date, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    centres: dict[str, str] = {}
    ended = today.replace(day=1) - timedelta(days=1)
    for row in lines(summed(actor, today=today), since=since, until=min(until, ended)):
        if row.owed.route is Route.APPLICATION or not row.owed.amount or row.ledger.person.protected:
            continue
        account = plan.income.get(row.group)  # type: ignore[call-overload]
        if account is None:
            words = _(GROUP_LABELS[row.group])
            raise ValidationError(
                _("Konto saknas för %(ground)s. Fyll i accounts.income.%(code)s i compensation.yaml och ladda mappen.")
                % {"ground": words, "code": row.group}
            )
        for part in keys.split(row):
            centres[part.unit.code] = part.unit.name
            months[row.month][account, part.unit.code] += int(part.amount * 100)
    vouchers = [
        sie.Voucher(
            date=end_of_month(first),
            text=_("Statlig ersättning %(month)s") % {"month": f"{first:%Y-%m}"},
            rows=(
                sie.Row(plan.receivable, sum(amounts.values())),
                *(sie.Row(account, -ore, centre) for (account, centre), ore in sorted(amounts.items()) if ore),
            ),
        )
        for first, amounts in sorted(months.items())
    ]
    owner = municipality()
    audit.record(actor, "compensation.sie_exported", details={"year": year, "vouchers": len(vouchers)})
    return sie.write(
        sie.SieFile(
            company=owner.name_sv if owner else "",
            program="Hemvist",
            program_version=hemvist.__version__,
            generated=today,
            vouchers=vouchers,
            accounts={plan.receivable: _("Fordran på staten")}
            | {account: _(GROUP_LABELS[ground]) for ground, account in plan.income.items()},
            centres=centres,
        )
    )
