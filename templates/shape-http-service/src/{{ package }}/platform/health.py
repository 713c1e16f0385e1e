"""Whether the service is well, and may receive traffic."""

from http import HTTPStatus

from fastapi import APIRouter, Response


class Health:
    """Ready from the start until told to drain."""

    def __init__(self) -> None:
        """Begin ready."""
        self.draining = False

    def drain(self) -> None:
        """Stop being ready, for good."""
        self.draining = True


def health_routes(health: Health) -> APIRouter:
    """Build the three health routes."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("")
    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, str]:
        if health.draining:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            return {"status": "draining"}
        return {"status": "ok"}

    return router
