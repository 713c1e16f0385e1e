"""Errors as callers see them: RFC 9457, for every error there is."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

MEDIA_TYPE = "application/problem+json"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"at": {"type": "string"}, "message": {"type": "string"}}},
        },
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {MEDIA_TYPE: {"schema": SCHEMA}}}
    for status, description in (("4XX", "The request is wrong"), ("5XX", "The service is in trouble"))
}


def problem(status: int, detail: str = "", headers: Mapping[str, str] | None = None, **more: object) -> JSONResponse:
    """Return an answer that says what is wrong, and nothing of how the service is made."""
    content = {"title": HTTPStatus(status).phrase, "status": status, **({"detail": detail} if detail else {}), **more}
    return JSONResponse(content, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Make every error of the framework a problem."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        known, headers = HTTPStatus(error.status_code).phrase, error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"Allow": ", ".join(_methods(request))}
        return problem(error.status_code, "" if error.detail == known else error.detail, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"at": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not fit the description.", errors=errors)

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> JSONResponse:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR)


def _methods(request: Request) -> list[str]:
    """Return what may be done at an address, by all of its routes: the first one alone knows of itself only."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    fitting = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in fitting for method in route.methods or ()})
