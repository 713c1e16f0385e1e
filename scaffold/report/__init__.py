"""Reports: what operations return, and one module for each form it is shown in."""
