"""Extensions as a template may bring them."""

from jinja2.ext import Extension


class Shout(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.filters["shout"] = lambda text: f"{text.upper()}!"


class Broken(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        raise ZeroDivisionError("division by zero")


class Kinds(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.filters["kind"] = lambda value: type(value).__name__
