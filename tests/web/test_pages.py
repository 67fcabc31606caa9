"""The shell and the pages that stand open to everyone."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from hemvist.web import context

pytestmark = [pytest.mark.django_db, pytest.mark.urls("hemvist.web.urls")]


@pytest.mark.parametrize("address", ["/logga-in/", "/om/", "/tillganglighet/"])
def test_open_pages_need_no_script_or_style_of_their_own(client: Client, address: str) -> None:
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="sv"' in html
    assert html.count("<h1") == 1
    assert 'href="#content"' in html
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert 'name="htmx-config"' in html


def test_the_language_is_switched_without_script(client: Client) -> None:
    response = client.post("/sprak/", {"language": "en", "next": "/om/"})
    assert (response.status_code, response["Location"]) == (302, "/om/")
    assert '<html lang="en"' in client.get("/om/").content.decode()


def test_search_engines_are_turned_away(client: Client) -> None:
    assert b"Disallow: /" in client.get("/robots.txt").content


def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.content.decode()


def test_the_page_for_our_own_faults_needs_nothing_to_be_drawn() -> None:
    assert "Något gick fel hos oss" in render_to_string("500.html")


def test_sign_in_without_a_password_says_what_is_missing(client: Client) -> None:
    html = client.post("/logga-in/", {"username": "", "password": ""}).content.decode()
    assert "ds-error-summary" in html
    assert 'aria-invalid="true"' in html


def test_the_rail_shows_only_permitted_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "reverse", lambda name: f"/{name}/")
    request = RequestFactory().get("/task-list/2026/")
    request.actor = SimpleNamespace(can=lambda permission: permission in {"task.list", "law.view"})  # type: ignore[attr-defined]
    items = context.nav(request)
    assert [(item.url, item.current) for item in items] == [("/task-list/", True), ("/law-changes/", False)]
    request.actor = None  # type: ignore[attr-defined]
    assert context.nav(request) == []


def test_the_duty_is_told_by_the_act_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.clock, "today", lambda: context.date(2026, 12, 31))
    assert "2016:38" in context.duty_sentence(None)
    monkeypatch.setattr(context.clock, "today", lambda: context.date(2027, 1, 1))
    assert "2026:1326" in context.duty_sentence(None)
    own = SimpleNamespace(settings={"reception_duty": {"sv": "Kommunen tar emot."}})
    assert context.duty_sentence(own) == "Kommunen tar emot."
