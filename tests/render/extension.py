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


class Adding(Extension):
    """Adds to the context, as context hooks do: by a context class of its own."""

    def __init__(self, environment):
        super().__init__(environment)

        class Context(environment.context_class):
            def __init__(self, at, parent, *args, **options):
                super().__init__(at, {**parent, "added": f"{parent.get('name')} added"}, *args, **options)

        environment.context_class = Context


class Kinds(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.filters["kind"] = lambda value: type(value).__name__
