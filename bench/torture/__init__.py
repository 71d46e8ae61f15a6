"""`make torture`: what breaks, breaks here first. Real bot processes, reached over HTTP only."""
