# ruff: noqa: INP001 - the site's tool loads it by its path
"""What the theme's pages lack for readers who do not see them."""


def on_post_page(output: str, **_: object) -> str:
    """Name the dialog of the search."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )
