"""Small parts that FHIR resources are made of."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from bot.triage.content import Item

Part = dict[str, Any]
_SYSTEMS = {"icd10cm": "http://hl7.org/fhir/sid/icd-10-cm", "snomed": "http://snomed.info/sct"}
_OWN = "urn:spasm-triage"
TERMS = "http://terminology.hl7.org/CodeSystem"


@dataclass(frozen=True)
class Ids:
    """Ids of the resources of one conversation: the same at each export, telling nothing."""

    conversation_id: str

    def of(self, name: str) -> str:
        """A UUID for the part of this name."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.conversation_id} {name}"))

    def reference(self, name: str) -> Part:
        """A reference to it inside the bundle."""
        return {"reference": f"urn:uuid:{self.of(name)}"}


def filled(**values: Any) -> Part:
    """A resource without its empty fields, which FHIR does not allow."""
    return {name: value for name, value in values.items() if value is not None}


def concept(text: str, system: str, code: str, display: str) -> Part:
    """A CodeableConcept with one code."""
    return {"text": text, "coding": [{"system": system, "code": code, "display": display}]}


def text_only(text: str) -> Part:
    """A CodeableConcept without a code."""
    return {"text": text}


def own_code(kind: str, name: str, label: str) -> Part:
    """A CodeableConcept with an id of our own content."""
    return concept(label, f"{_OWN}:{kind}", name, label)


def code_of_item(item: Item) -> Part:
    """The item's name, with those of its codes that were checked against their source."""
    codes = [
        {"system": _SYSTEMS[one.system], "code": one.code, "display": one.display}
        for one in item.codes
        if one.state == "verified"
    ]
    return {"text": item.name} | ({"coding": codes} if codes else {})


def at_time(moment: datetime) -> str:
    """An instant in UTC, to the second."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


ACTIVE = {"coding": [{"system": f"{TERMS}/condition-clinical", "code": "active"}]}
UNCONFIRMED = {"coding": [{"system": f"{TERMS}/condition-ver-status", "code": "unconfirmed"}]}
