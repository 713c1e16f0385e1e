"""Questions, and how they become answers."""

KEPT = ".scaffold/answers.yml"  # what an answer of last time is said to come from
