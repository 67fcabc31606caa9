from django.urls import path

from hemvist.coordination import views

TASK = "uppgifter/<uuid:task_id>/"

urlpatterns = [
    path("", views.start, name="start"),
    path("uppgifter/", views.task_list, name="task-list"),
    path(TASK, views.task, name="task"),
    path(f"{TASK}ta/", views.act, {"deed": "take"}, name="task-take"),
    path(f"{TASK}klar/", views.act, {"deed": "done"}, name="task-done"),
    path(f"{TASK}inte-aktuell/", views.act, {"deed": "not-applicable"}, name="task-not-applicable"),
    path(f"{TASK}oppna/", views.act, {"deed": "reopen"}, name="task-reopen"),
    path(f"{TASK}lamna-over/", views.act, {"deed": "hand-over"}, name="task-hand-over"),
    path(f"{TASK}dag/", views.act, {"deed": "move-due"}, name="task-move-due"),
    path(f"{TASK}anteckning/", views.act, {"deed": "comment"}, name="task-comment"),
    path("samrad/", views.meeting, name="meeting"),
    path("samrad/planering/", views.joint_plan, name="joint-plan"),
    path("samrad/planering/<int:commitment_id>/", views.commitment_follow_up, name="commitment-follow-up"),
    path("min-plan/", views.my_plan, name="my-plan"),
]
