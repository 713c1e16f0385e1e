"""What breaks the rules on the supply chain."""

from tests.guard.service import Case

CASES: list[Case] = []
