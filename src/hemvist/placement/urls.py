"""Everything under *Ansvar* besides who does what."""

from django.urls import path

from hemvist.placement.views import arguments, assignments, evidence, friction, map, moves, rules, weighing

urlpatterns = [
    path("ansvar/karta/", map.responsibility_map, name="responsibility-map"),
    path("ansvar/karta/fil/", map.responsibility_map_file, name="responsibility-map-file"),
    path("ansvar/reglementen/", rules.board_rules, name="board-rules"),
    path("ansvar/reglementen/behov/", rules.board_rules_need, name="board-rules-need"),
    path("ansvar/reglementen/<slug:board>.<slug:kind>", rules.board_rules_redline, name="board-rules-redline"),
    path("ansvar/placering/", arguments.placement, name="placement"),
    path("ansvar/placering/argument/nytt/", arguments.argument_new, name="argument-new"),
    path("ansvar/placering/argument/<slug:code>/aterkalla/", arguments.argument_withdraw, name="argument-withdraw"),
    path("ansvar/placering/<slug:code>/", arguments.alternative, name="placement-alternative"),
    path("ansvar/vagning/", weighing.weighing, name="weighing"),
    path("ansvar/vagning/min/", weighing.weighing_edit, name="weighing-edit"),
    path("ansvar/vagning/min/dela/", weighing.weighing_share, name="weighing-share"),
    path("ansvar/flytt/", moves.move_list, name="move-list"),
    path("ansvar/flytt/ny/", moves.move_new, name="move-new"),
    path("ansvar/flytt/<int:move_id>/", moves.move, name="move"),
    path("ansvar/flytt/<int:move_id>/forhandsvisning/", moves.move_preview, name="move-preview"),
    path("ansvar/flytt/<int:move_id>/dag-och-namn/", moves.move_basics, name="move-basics"),
    path("ansvar/flytt/<int:move_id>/uppgifter/", moves.move_parts, name="move-parts"),
    path("ansvar/flytt/<int:move_id>/behorigheter/", moves.move_people, name="move-people"),
    path("ansvar/flytt/<int:move_id>/reglementen/", moves.move_rules, name="move-rules"),
    path("ansvar/flytt/<int:move_id>/beslut/", moves.move_decide, name="move-decide"),
    path("ansvar/flytt/<int:move_id>/aterkalla/", moves.move_withdraw, name="move-withdraw"),
    path("ansvar/flytt/<int:move_id>/kopiera/", moves.move_copy, name="move-copy"),
    path("ansvar/flytt/<int:move_id>/ta-bort/", moves.move_discard, name="move-discard"),
    path("ansvar/flytt/<int:move_id>/tjansteskrivelse.<str:kind>", moves.move_letter, name="move-letter"),
    path("ansvar/flytt/<int:move_id>/reglemente/<slug:board>.<str:kind>", moves.move_redline, name="move-redline"),
    path("ansvar/uppdrag/", assignments.assignment_points, name="assignment-points"),
    path(
        "ansvar/uppdrag/<slug:decision>/<int:number>/",
        assignments.assignment_point_follow,
        name="assignment-point-follow",
    ),
    path("ansvar/trogt/", friction.friction_list, name="friction-list"),
    path("ansvar/trogt/ny/", friction.friction_new, name="friction-new"),
    path("ansvar/trogt/<int:friction_id>/andra/", friction.friction_edit, name="friction-edit"),
    path("ansvar/trogt/<int:friction_id>/lost/", friction.friction_solve, name="friction-solve"),
    path("ansvar/trogt/<int:friction_id>/oppna/", friction.friction_reopen, name="friction-reopen"),
    path("ansvar/underlag/", evidence.evidence, name="evidence"),
]
