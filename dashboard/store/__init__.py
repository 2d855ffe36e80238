"""The console's own state: who may sign in, what staff did, what they noted.

One file a noun: its table, its frozen records, its functions. Every function takes the connection it works
on, so that the caller decides what belongs to one transaction.
"""
