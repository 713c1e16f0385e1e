"""What breaks the rules on containers and Kubernetes."""

from tests.guard.service import Case

CASES: list[Case] = []
