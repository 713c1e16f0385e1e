"""Apply changes so that, killed at any instant, a project is as before, as after, or can be put back as it was.

A record in the repository's own `.git` folder holds every changed path before and after. Its life:

    staging      the new content lies beside the record; the project is untouched
    swapping     files are moved into place one by one, then git's index is written once
    replaying    git puts in how conflicts were resolved before (rerere)
    committing   all is in place, and its commit is being made
    done         the record stays, so that `undo` can take the operation back
    undoing      it is being taken back

An error or Ctrl-C on the way rolls back at once. A record left in any but `staging` and `done` is a killed run.
"""
