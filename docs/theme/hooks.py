# ruff: noqa: INP001 - the site's tool loads it by its path
"""What the theme's pages lack for readers who do not see them."""

SEARCH = 'data-md-component="search" role="dialog"'


def on_post_page(output: str, **_: object) -> str:
    """Name the dialog of the search."""
    return output.replace(SEARCH, f'{SEARCH} aria-label="Search"')


def on_post_template(output_content: str, **_: object) -> str:
    """Name it on the page that stands for a missing one, too."""
    return output_content.replace(SEARCH, f'{SEARCH} aria-label="Search"')
