"""What breaks the rules on security protocols."""

from tests.guard.service import Case

CASES: list[Case] = []
