"""An exclusion decided after its case was opened again: the decider is told who opened it, and when."""

import datetime as dt

import pytest

from linli.cases import operations
from linli.cases.models import Application
from linli.cases.parts import OVERTAKEN
from linli.kernel.errors import RuleBroken
from tests.builders import Town, a_case
from tests.cases.people import a_person
from tests.conftest import NOW


def test_who_decides_after_a_reopening_is_told_who_opened_it(town: Town) -> None:
    case = a_case(town, at="closed", now=NOW)
    operations.ask_exclusion(
        actor=town.actor("worker"),
        case_id=case.pk,
        reason="wrong_facts",
        words="不实",
        evidence="照片",
        until=NOW + dt.timedelta(days=5),
    )
    asked = Application.objects.get(order__case=case)
    operator = town.actor("operator")
    operations.reopen(actor=operator, case_id=case.pk, because="又坏了")
    officer = a_person(town, "hotline_officer", place="110000", unit="hotline")
    with pytest.raises(RuleBroken) as refused:
        operations.exclude(actor=officer, case_id=case.pk, application_id=asked.pk)
    assert refused.value.refusal is OVERTAKEN
    assert refused.value.facts["who"] == operator.name
    assert Application.objects.get(pk=asked.pk).decided_at is None
