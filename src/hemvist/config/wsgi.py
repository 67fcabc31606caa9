"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemvist.config.settings")
application = get_wsgi_application()

# A list of thousands makes many objects that live for one answer. What is loaded now stays as long as the process: the
# collector leaves it alone, and looks through the rest less often than for every 700 new objects.
gc.freeze()
gc.set_threshold(50_000, 20, 20)
