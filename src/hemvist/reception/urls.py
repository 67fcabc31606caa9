from hemvist.reception.urls_assignments import urlpatterns as assignments
from hemvist.reception.urls_households import urlpatterns as households

urlpatterns = [*assignments, *households]
