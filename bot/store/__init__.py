"""What patients said and what came of it, kept in SQLite or PostgreSQL.

database       engine, sessions, migrations, errors
models, staff  the tables
crypto         encrypted columns
tracker_store  the engine's events, saved with everything drawn from them
projection     events -> rows that staff read
inbox          messages as they come in, with their stored answers
conversations  begin, read and remove a conversation
queries        what the console shows
audit          who did what, in a hash chain
locks          one turn at a time for each conversation
"""
