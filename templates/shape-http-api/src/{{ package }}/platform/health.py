"""Whether the service is well, and may receive traffic."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

logger = logging.getLogger(__name__)


class Health:
    """Ready until told to drain, as long as all that it depends on is well."""

    def __init__(self, checks: Mapping[str, Callable[[], None]] | None = None) -> None:
        """Take what it depends on, by name: each check raises where that is not well."""
        self._checks = checks or {}
        self.draining = False

    def drain(self) -> None:
        """Stop being ready, for good."""
        self.draining = True

    def failing(self) -> list[str]:
        """Return the names of what is not well."""
        return [name for name, check in self._checks.items() if not _passes(name, check)]


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:  # whatever it was: the service cannot do its work
        logger.warning("%s is not well", name, exc_info=True)
        return False
    return True


def health_routes(health: Health) -> APIRouter:
    """Build the three health routes."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("")
    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/ready", responses={503: {"description": "It drains, or something that it needs is not well"}})
    def ready() -> JSONResponse:
        if health.draining:
            return JSONResponse({"status": "draining"}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        if failing := health.failing():
            content = {"status": "failing", "failing": failing}
            return JSONResponse(content, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ok"})

    return router
