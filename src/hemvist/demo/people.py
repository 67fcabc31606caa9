"""Synthetic persons: invented names and Skatteverket's test series of numbers. The same every time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from hemvist.reception.identity import luhn
from hemvist.reception.services import NewPerson

# Language → (family names, women's and men's given names). Common names, put together by chance.
NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ukrainska": (
        ("Provenko", "Demchuk", "Testyshyn", "Exempelko", "Prymak"),
        ("Olena", "Iryna", "Oksana", "Andrij", "Petro", "Taras", "Nadija", "Sofija", "Danylo", "Marko", "Zlata"),
    ),
    "arabiska": (
        ("Al-Exempel", "Testouri", "Provani", "Demoun"),
        ("Rania", "Hala", "Samer", "Youssef", "Lina", "Omar", "Nour", "Karim", "Salma"),
    ),
    "swahili": (
        ("Mfanomwa", "Jaribu", "Kielelezo"),
        ("Neema", "Zawadi", "Baraka", "Juma", "Asha", "Imani", "Bahati", "Amani"),
    ),
    "dari": (
        ("Nemunai", "Azmayeshi", "Misali"),
        ("Shabnam", "Farid", "Laila", "Hamid", "Mina", "Zaher", "Parwin"),
    ),
    "tigrinja": (
        ("Mesale", "Fetena", "Abnet"),
        ("Selam", "Dawit", "Hiwet", "Yonas", "Bana", "Robel"),
    ),
}


def test_number(born: date, serial: int) -> str:
    """A personnummer of the test series: birth number 980-999, which is never given to a person."""
    nine = f"{born:%y%m%d}{980 + serial % 20}"
    return f"{born:%Y%m%d}-{nine[6:]}{luhn(nine)}"


@dataclass(slots=True)
class Village:
    """Makes persons; keeps count so that no number is given twice."""

    today: date
    random: Random = field(default_factory=lambda: Random(381))  # noqa: S311 - a demo, not a secret
    dossiers: int = 50_000
    serials: dict[date, int] = field(default_factory=dict)

    def family(
        self,
        language: str,
        ages: tuple[int, ...],
        *,
        ground: str,
        granted_on: date,
        registered: bool = False,
        permit_years: int = 3,
    ) -> tuple[NewPerson, ...]:
        """Persons of these ages, the first the contact; children under 18."""
        families, given = NAMES[language]
        surname = self.random.choice(families)
        names = self.random.sample(given, len(ages))
        return tuple(
            self._person(name, surname, age, index, language, ground, granted_on, registered, permit_years)
            for index, (name, age) in enumerate(zip(names, ages, strict=True))
        )

    def _person(
        self,
        name: str,
        surname: str,
        age: int,
        index: int,
        language: str,
        ground: str,
        granted_on: date,
        registered: bool,
        permit_years: int,
    ) -> NewPerson:
        born = date(self.today.year - age - 1, self.random.randint(1, 12), self.random.randint(1, 28))
        self.dossiers += 1
        numbers = [("dossier", f"DEMO-{self.dossiers}")]
        if registered:
            serial = self.serials[born] = self.serials.get(born, self.random.randint(0, 9)) + 1
            numbers.append(("personnummer", test_number(born, serial)))
        return NewPerson(
            given=name,
            family=surname,
            birth_date=born,
            position="contact" if index == 0 else "child" if age < 18 else "adult",
            permit_ground=ground,
            permit_granted_on=granted_on,
            permit_valid_to=granted_on.replace(year=granted_on.year + permit_years, day=min(granted_on.day, 28)),
            language=language,
            interpreter=age >= 18,
            identifiers=tuple(numbers),
            phone="070-174 06 35" if index == 0 else "",
        )
