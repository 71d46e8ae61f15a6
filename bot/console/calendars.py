"""Appointment requests as iCalendar files (RFC 5545)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from icalendar import Calendar, Event, Todo

from bot.store.queries import AppointmentView

LENGTH = timedelta(minutes=30)


def request_to_calendar(found: AppointmentView) -> bytes:
    """One calendar: an event at the booked time of the clinic's wall clock, else a task."""
    calendar = Calendar()
    calendar.add("prodid", "-//spasm-triage//console//EN")
    calendar.add("version", "2.0")
    part = Event() if found.booked_for else Todo()
    if found.booked_for:
        start = datetime.strptime(found.booked_for, "%Y-%m-%dT%H:%M")
        part.add("dtstart", start)
        part.add("dtend", start + LENGTH)
    else:
        part.add("status", "NEEDS-ACTION")
    part.add("uid", f"{found.reference}@spasm-triage")
    part.add("dtstamp", found.created_at)
    part.add("summary", f"Call back {found.name or 'patient'} ({found.reference})")
    part.add("description", _description(found))
    part.add("location", current_app.config["CLINIC_NAME"])
    calendar.add_component(part)
    return bytes(calendar.to_ical())


def _description(found: AppointmentView) -> str:
    lines = (
        ("Contact", found.contact),
        ("Preferred time", found.when),
        ("Note", found.note),
    )
    return "\n".join(f"{name}: {value}" for name, value in lines if value)
