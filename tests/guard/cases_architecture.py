"""What breaks the rules on architecture."""

from tests.guard.service import Case

CASES: list[Case] = []
