"""``hemvist plan rederive``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hemvist.cli import main
from hemvist.coordination.models import PlanTask
from hemvist.reception.models import Household


@pytest.mark.django_db
def test_open_plans_follow_a_new_responsibility(
    household: Callable[..., Household], capsys: pytest.CaptureFixture[str]
) -> None:
    home = household()
    task = PlanTask.objects.filter(case=home.case, code="TA03-case").get()
    PlanTask.objects.filter(id=task.id).delete()
    assert main(["plan", "rederive", "--cause", "Ny mall"]) == 0
    assert "1 planer lästa, 1 ändrade: 1 nya uppgifter" in capsys.readouterr().out
    assert PlanTask.objects.filter(case=home.case, code="TA03-case").exists()
    assert home.case.plan_changes.first().cause == "Ny mall"
    assert main(["plan", "rederive"]) == 0
    assert "0 ändrade" in capsys.readouterr().out
