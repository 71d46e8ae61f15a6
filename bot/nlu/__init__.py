"""Understanding: from a patient's text to mentions with their assertion."""
