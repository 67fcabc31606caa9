"""The addresses of need against supply and of the yearly number."""

from django.urls import URLPattern, path

from hemvist.housing.views import balance, numbers

urlpatterns: list[URLPattern] = [
    path("balans/", balance.balance, name="housing-balance"),
    path("balans/lista.<str:kind>", balance.balance_file, name="housing-balance-file"),
    path("kommuntal/", numbers.years, name="yearly-number"),
    path("kommuntal/<int:year>/", numbers.year_page, name="yearly-number-year"),
    path("kommuntal/<int:year>/nytt/<str:kind>/", numbers.number_new, name="number-new"),
    path("kommuntal/<int:year>/onskemal/", numbers.wish_edit, name="wish-edit"),
    path("kommuntal/<int:year>/onskemal/faststall/", numbers.wish_settle, name="wish-settle"),
    path("kommuntal/<int:year>/onskemal/lamna/", numbers.wish_send, name="wish-send"),
    path("kommuntal/<int:year>/<uuid:number_id>/stryk/", numbers.number_void, name="number-void"),
    path("kommuntal/<int:year>/kriterium/<str:code>/", numbers.criterion_new, name="criterion-new"),
    path("kommuntal/<int:year>/sammanstallning.<str:kind>", numbers.summary, name="yearly-summary"),
]
