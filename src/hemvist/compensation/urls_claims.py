from django.urls import path

from hemvist.compensation.views import claims as views

urlpatterns = [
    path("ansokningar/", views.claim_list, name="claim-list"),
    path("ansokningar/ansokningar.xlsx", views.claim_export, name="claim-export"),
    path("ansokningar/ny/", views.claim_new, name="claim-new"),
    path("ansokningar/kalender/", views.claim_calendar, name="claim-calendar"),
    path("ansokningar/kalender/prenumerera/", views.calendar_feeds, name="calendar-feeds"),
    path("ansokningar/kalender/prenumerera/<int:feed_id>/", views.calendar_feed_revoke, name="calendar-feed-revoke"),
    path("ansokningar/<uuid:claim_id>/", views.claim, name="claim"),
    path("ansokningar/<uuid:claim_id>/andra/", views.claim_change, name="claim-change"),
    path("ansokningar/<uuid:claim_id>/skicka/", views.claim_file, name="claim-file"),
    path("ansokningar/<uuid:claim_id>/beslut/", views.claim_decide, name="claim-decide"),
    path("ansokningar/<uuid:claim_id>/overklaga/", views.claim_appeal, name="claim-appeal"),
    path("ansokningar/<uuid:claim_id>/aterta/", views.claim_withdraw, name="claim-withdraw"),
    path("ansokningar/<uuid:claim_id>/ta-upp/", views.claim_reopen, name="claim-reopen"),
    path("ansokningar/<uuid:claim_id>/underlag/", views.claim_evidence, name="claim-evidence"),
    path("kalender/<str:token>.ics", views.calendar_feed, name="calendar-feed"),
]
