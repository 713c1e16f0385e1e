"""What breaks the rules on ownership."""

from tests.guard.service import Case

CASES: list[Case] = []
