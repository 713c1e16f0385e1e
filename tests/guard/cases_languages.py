"""What breaks the rules on languages."""

from tests.guard.service import Case

CASES: list[Case] = []
