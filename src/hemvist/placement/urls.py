"""Everything under *Ansvar* besides who does what. Each part of the room has its own list of addresses."""

from django.urls import include, path

urlpatterns = [
    path("ansvar/karta/", include("hemvist.placement.urls_map")),
    path("ansvar/reglementen/", include("hemvist.placement.urls_rules")),
    path("ansvar/placering/", include("hemvist.placement.urls_arguments")),
    path("ansvar/vagning/", include("hemvist.placement.urls_weighing")),
    path("ansvar/flytt/", include("hemvist.placement.urls_moves")),
    path("ansvar/uppdrag/", include("hemvist.placement.urls_assignments")),
    path("ansvar/trogt/", include("hemvist.placement.urls_friction")),
    path("ansvar/underlag/", include("hemvist.placement.urls_evidence")),
]
