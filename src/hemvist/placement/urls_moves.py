from django.urls import path

from hemvist.placement.views import moves

urlpatterns = [
    path("", moves.move_list, name="move-list"),
    path("ny/", moves.move_new, name="move-new"),
    path("<int:move_id>/", moves.move, name="move"),
    path("<int:move_id>/forhandsvisning/", moves.move_preview, name="move-preview"),
    path("<int:move_id>/dag-och-namn/", moves.move_basics, name="move-basics"),
    path("<int:move_id>/uppgifter/", moves.move_parts, name="move-parts"),
    path("<int:move_id>/behorigheter/", moves.move_people, name="move-people"),
    path("<int:move_id>/reglementen/", moves.move_rules, name="move-rules"),
    path("<int:move_id>/beslut/", moves.move_decide, name="move-decide"),
    path("<int:move_id>/aterkalla/", moves.move_withdraw, name="move-withdraw"),
    path("<int:move_id>/kopiera/", moves.move_copy, name="move-copy"),
    path("<int:move_id>/ta-bort/", moves.move_discard, name="move-discard"),
    path("<int:move_id>/tjansteskrivelse.<str:kind>", moves.move_letter, name="move-letter"),
    path("<int:move_id>/reglemente/<slug:board>.<str:kind>", moves.move_redline, name="move-redline"),
]
