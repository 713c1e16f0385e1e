"""What an update plans: answers, render, base and merge, with nothing written."""
