"""
A council's complaints behind FastAPI: one route records any command, another reads a complaint.

    COMPLAINT_LEDGER_URL=sqlite:///council.db uvicorn --app-dir examples fastapi_service:app
"""

import logging
import os
import threading
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse

from complaint_ledger import ComplaintLedgerError, Ledger, open_ledger
from complaint_ledger.from_json import command_from_json
from complaint_ledger.over_http import answer_to, etag, expected_version
from complaint_ledger.to_json import complaint_to_json, recorded_to_json

app = FastAPI(title="Complaints")
opened: dict[int, Ledger] = {}
opening = threading.Lock()


def ledger() -> Ledger:
    """Return this process's ledger, opened when it is first asked for: never before a fork."""
    with opening:
        if os.getpid() not in opened:
            opened[os.getpid()] = open_ledger(os.environ["COMPLAINT_LEDGER_URL"])
        return opened[os.getpid()]


async def sent(request: Request) -> bytes:
    return await request.body()  # as it came: FastAPI's own errors would repeat what is in it


# No coroutines: each call has a thread of its own, in which it waits for the store.
@app.post("/commands/{name}")
def record(
    name: str,
    body: Annotated[bytes, Depends(sent)],
    complaint: str | None = None,
    x_actor: Annotated[str, Header()] = "",  # a real service takes it from its login
    if_match: Annotated[str | None, Header()] = None,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> JSONResponse:
    recorded = ledger().record(
        command_from_json(ledger(), name, body, complaint),
        complaint=complaint,
        actor=x_actor,
        expected_version=expected_version(if_match),
        idempotency_key=idempotency_key,
    )
    told = recorded_to_json(ledger(), recorded)
    return JSONResponse(told, headers={"ETag": etag(recorded.version)})


@app.get("/complaints/{complaint:path}")
def read(complaint: str) -> JSONResponse:
    told = complaint_to_json(ledger(), complaint)
    return JSONResponse(told, headers={"ETag": etag(told["version"])})


@app.exception_handler(ComplaintLedgerError)
def say(_: Request, error: ComplaintLedgerError) -> JSONResponse:
    status, told = answer_to(error)
    if status >= 500:
        logging.getLogger(__name__).error("the ledger cannot be used", exc_info=error)
    return JSONResponse(told, status)
