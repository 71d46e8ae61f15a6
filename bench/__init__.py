"""Measures the bot beside stock Rasa: `make bench`, or `make bench ARGS=--quick`."""
