from django.urls import path

from hemvist.placement.views import rules

urlpatterns = [
    path("", rules.board_rules, name="board-rules"),
    path("behov/", rules.board_rules_need, name="board-rules-need"),
    path("<slug:board>.<slug:kind>", rules.board_rules_redline, name="board-rules-redline"),
]
