"""Starts the CAS server on a free port, tells it, and obeys lines of JSON.

{"pattern": REGEX, "logout_to": URL, "attributes": {…}}: the one service that it serves from now on.
"""
import json
import os
import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

call_command("migrate", verbosity=0)

from cas_server.models import ServicePattern


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"AT http://127.0.0.1:{server.server_port}/cas", flush=True)

for line in sys.stdin:
    asked = json.loads(line)
    ServicePattern.objects.all().delete()
    pattern = ServicePattern.objects.create(
        name="gatehouse",
        pattern=asked["pattern"],
        single_log_out=True,
        single_log_out_callback=asked.get("logout_to", ""),
    )
    pattern.attributs.create(name="*")
    settings.CAS_TEST_ATTRIBUTES.update(asked.get("attributes", {}))
    print("READY", flush=True)
