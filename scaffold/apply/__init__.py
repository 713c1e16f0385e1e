"""Apply changes so that, killed at any instant, a project is as before, as after, or can be put back as it was.

A record in the repository's own `.git` folder holds every changed path before and after. Its life:

    staging    the new content lies beside the record; the project is untouched
    swapping   files are moved into place one by one, then git's index is written once
    done       the record stays, so that `undo` can take the operation back

An error or Ctrl-C while swapping rolls back at once. A record left in `swapping` is a killed run, for `undo`.
"""
