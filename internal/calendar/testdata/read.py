"""Reads calendars with Debian's python3-icalendar and says what it found, a line of JSON for each event."""
import datetime
import json
import sys

import icalendar


def instant(event, name):
    if name not in event:
        return ""
    value = event[name].dt
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def people(event, name):
    found = event.get(name, [])
    return [[str(p), str(p.params.get("CN", "")), str(p.params.get("PARTSTAT", ""))] for p in (found if isinstance(found, list) else [found])]


for path in sys.argv[1:]:
    calendar = icalendar.Calendar.from_ical(open(path, "rb").read())
    if calendar.errors:
        sys.exit(f"{path}: {calendar.errors}")
    for event in calendar.walk("VEVENT"):
        if event.errors:
            sys.exit(f"{path}: {event.errors}")
        print(json.dumps({
            "uid": str(event["UID"]), "method": str(calendar.get("METHOD", "")), "sequence": int(event.get("SEQUENCE", 0)),
            "stamp": instant(event, "DTSTAMP"), "start": instant(event, "DTSTART"), "end": instant(event, "DTEND"), "instance": instant(event, "RECURRENCE-ID"),
            "summary": str(event.get("SUMMARY", "")), "description": str(event.get("DESCRIPTION", "")), "class": str(event.get("CLASS", "")),
            "organizer": people(event, "ORGANIZER"), "attendees": people(event, "ATTENDEE"),
        }))
