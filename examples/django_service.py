"""
A council's complaints behind Django: one route records any command, another reads a complaint.

    COMPLAINT_LEDGER_URL=sqlite:///council.db gunicorn --chdir examples django_service:application
"""

import logging
import os
import threading
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from complaint_ledger import ComplaintLedgerError, Ledger, open_ledger
from complaint_ledger.from_json import command_from_json
from complaint_ledger.over_http import answer_to, etag, expected_version
from complaint_ledger.to_json import complaint_to_json, recorded_to_json

opened: dict[int, Ledger] = {}
opening = threading.Lock()


def ledger() -> Ledger:
    """Return this process's ledger, opened when it is first asked for: never before a fork."""
    with opening:
        if os.getpid() not in opened:
            opened[os.getpid()] = open_ledger(os.environ["COMPLAINT_LEDGER_URL"])
        return opened[os.getpid()]


def answered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def run(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            return view(request, **named)
        except ComplaintLedgerError as error:
            status, told = answer_to(error)
            if status >= 500:
                logging.getLogger(__name__).exception("the ledger cannot be used")
            return JsonResponse(told, status=status)

    return run


@require_POST
@answered
def record(request: HttpRequest, name: str) -> HttpResponse:
    complaint = request.GET.get("complaint")
    recorded = ledger().record(
        command_from_json(ledger(), name, request.body, complaint),
        complaint=complaint,
        actor=request.headers.get("X-Actor", ""),  # a real service takes it from its login
        expected_version=expected_version(request.headers.get("If-Match")),
        idempotency_key=request.headers.get("Idempotency-Key"),
    )
    told = recorded_to_json(ledger(), recorded)
    return JsonResponse(told, headers={"ETag": etag(recorded.version)})


@require_GET
@answered
def read(_: HttpRequest, complaint: str) -> HttpResponse:
    told = complaint_to_json(ledger(), complaint)
    return JsonResponse(told, headers={"ETag": etag(told["version"])})


urlpatterns = [path("commands/<name>", record), path("complaints/<path:complaint>", read)]
# A project has these in its settings.
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], LOGGING_CONFIG=None)
application = get_wsgi_application()
