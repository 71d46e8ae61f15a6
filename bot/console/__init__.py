"""The staff console: conversations, appointment requests, reviews. Server-rendered.

Its errors are `staff.StaffError`; the store's errors pass through to the last-resort page.
"""
