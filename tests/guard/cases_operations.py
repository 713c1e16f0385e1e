"""What breaks the rules on operations."""

from tests.guard.service import Case

CASES: list[Case] = []
