"""What gunicorn serves: `gunicorn -c python:ragproxy.serving wsgi:app`."""

from ragproxy.app import application

app = application()
