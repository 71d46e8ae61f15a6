"""A conversation as a bundle of FHIR R4 (4.0.1): what the patient told, never a diagnosis.

    Patient                the person, with name and contact only if a visit was asked for
    QuestionnaireResponse  each question with the answers in the patient's words
    Condition              the spasms, and each possible contributor: all `unconfirmed`
    Observation            each finding told or denied, the pain score, the level of care
    Flag                   each danger sign that was heard
    ServiceRequest         the visit that was asked for, as a proposal

Pure: a record and the clinical content in, plain JSON out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.export.parts import (
    ACTIVE,
    TERMS,
    UNCONFIRMED,
    Ids,
    at_time,
    code_of_item,
    concept,
    filled,
    own_code,
    text_only,
)
from bot.knowledge import knowledge
from bot.store.record import Record, Wish
from bot.triage.content import Knowledge
from bot.triage.intake import Answer, Intake

Resource = dict[str, Any]
_SPASM = concept("Cramp and spasm", "http://hl7.org/fhir/sid/icd-10-cm", "R25.2", "Cramp and spasm")
_PAIN = concept(
    "Pain at its worst, 0 to 10",
    "http://loinc.org", "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
)  # fmt: skip
_LEVEL = text_only("Level of care that was recommended")
_ASKED_UNKNOWN = concept(
    "Asked, not known",
    f"{TERMS}/data-absent-reason",
    "asked-unknown",
    "Asked But Unknown",
)
_NOTE = "Reported by the patient in a chat with a computer program. Not confirmed by a clinician."
_CONTRIBUTOR = "Named by a computer program as something to discuss. This is not a diagnosis."
_PRIORITY = {"emergency": "stat", "urgent": "urgent"}
_CLOSED = {"withdrawn": "revoked", "done": "completed"}
_BOOKING = "booking"


def patient_bundle(record: Record, content: Knowledge | None = None) -> Resource:
    """The bundle of a conversation, for its patient. `content`: else the project's own."""
    made = Exporter(record, content or knowledge()).resources()
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at_time(record.last_activity_at),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in made],
    }


class Exporter:
    """Makes the resources of one record."""

    def __init__(self, record: Record, content: Knowledge) -> None:
        self.record = record
        self.content = content
        self.intake = Intake.from_dict(record.intake)
        self.ids = Ids(record.conversation_id)
        self.subject = self.ids.reference("patient")

    def resources(self) -> list[Resource]:
        """All resources, the patient first."""
        return [
            self._patient(),
            self._answers(),
            *self._complaint(),
            *self._findings(),
            *self._measures(),
            *self._contributors(),
            *self._flags(),
            *self._request(),
        ]

    def _patient(self) -> Resource:
        wish = self.record.wish
        known = wish if wish and wish.name else None
        return filled(
            resourceType="Patient",
            id=self.ids.of("patient"),
            name=[{"text": known.name}] if known else None,
            telecom=_telecom(known) if known and known.contact else None,
        )

    def _answers(self) -> Resource:
        return filled(
            resourceType="QuestionnaireResponse",
            id=self.ids.of("answers"),
            status="completed" if self.record.assessment else "in-progress",
            subject=self.subject,
            source=self.subject,
            authored=at_time(self.record.last_activity_at),
            item=list(self._items()) or None,
        )

    def _items(self) -> Iterator[Resource]:
        """One item for each question, with every answer to it in order."""
        answers: dict[str, tuple[str, list[str]]] = {}
        asked: dict[str, Any] | None = None
        for said in self.record.messages:
            if said.question and said.sender == "bot":
                asked = {"id": str(said.question["id"]), "topic": said.question.get("topic")}
                answers.setdefault(asked["id"], (said.text, []))
            elif asked and said.sender == "patient" and asked["topic"] != _BOOKING:
                answers[asked["id"]][1].append(said.text)
        for link, (question, texts) in answers.items():
            if texts:
                given = [{"valueString": text} for text in texts]
                yield {"linkId": link, "text": question, "answer": given}

    def _complaint(self) -> Iterator[Resource]:
        """The spasms themselves, where and since when."""
        if not self.record.intake:
            return
        known = self.content.locations
        places = [known[place].label for place in self.intake.locations if place in known]
        days = self.intake.duration_days
        yield self._condition(
            "complaint",
            _SPASM,
            _NOTE,
            bodySite=[text_only(place) for place in places] or None,
            onsetString=f"about {days} days ago" if days is not None else None,
        )

    def _condition(self, name: str, code: Resource, note: str, **more: Any) -> Resource:
        return filled(
            resourceType="Condition",
            id=self.ids.of(name),
            clinicalStatus=ACTIVE,
            verificationStatus=UNCONFIRMED,
            code=code,
            subject=self.subject,
            recordedDate=at_time(self.record.last_activity_at),
            note=[{"text": note}],
            **more,
        )

    def _contributors(self) -> Iterator[Resource]:
        for one in (self.record.assessment or {}).get("contributors", ()):
            item = self.content.items.get(one["id"])
            if item and one["likelihood"] != "less":
                note = f"{_CONTRIBUTOR} Likelihood: {one['likelihood']}."
                yield self._condition(f"contributor {item.id}", code_of_item(item), note)

    def _findings(self) -> Iterator[Resource]:
        for name, answer in self.intake.findings.items():
            finding = self.content.findings.get(name)
            if finding:
                yield self._finding(name, finding.label, answer)

    def _finding(self, name: str, label: str, answer: Answer) -> Resource:
        known = answer.status != "unknown"
        return self._observation(
            f"finding {name}",
            own_code("finding", name, label),
            valueBoolean=answer.status == "present" if known else None,
            dataAbsentReason=None if known else _ASKED_UNKNOWN,
            note=[{"text": answer.words}] if answer.words else None,
        )

    def _measures(self) -> Iterator[Resource]:
        intake = self.intake
        if intake.severity is not None:
            yield self._observation("pain", _PAIN, valueInteger=intake.severity)
        if intake.frequency:
            text = intake.words.get("frequency") or intake.frequency
            yield self._observation("frequency", text_only("How often it comes"), valueString=text)
        if intake.side:
            yield self._observation("side", text_only("Side of the body"), valueString=intake.side)
        if self.record.assessment:
            level = own_code("level", self._level, self._level.replace("_", " "))
            yield self._observation("level", _LEVEL, valueCodeableConcept=level)

    def _observation(self, name: str, code: Resource, **more: Any) -> Resource:
        return filled(
            resourceType="Observation",
            id=self.ids.of(name),
            status="preliminary",
            code=code,
            subject=self.subject,
            effectiveDateTime=at_time(self.record.assessed_at or self.record.last_activity_at),
            derivedFrom=[self.ids.reference("answers")],
            **more,
        )

    @property
    def _level(self) -> str:
        return str((self.record.assessment or {}).get("disposition", ""))

    def _flags(self) -> Iterator[Resource]:
        for name in self.record.red_flags:
            known = self.content.red_flags.get(name) or self.content.findings.get(name)
            label = known.label if known else name
            yield filled(
                resourceType="Flag",
                id=self.ids.of(f"flag {name}"),
                status="active",
                code=own_code("red-flag", name, label),
                subject=self.subject,
            )

    def _request(self) -> Iterator[Resource]:
        wish = self.record.wish
        if wish is None:
            return
        spasms = [self.ids.reference("complaint")] if self.record.intake else None
        yield filled(
            resourceType="ServiceRequest",
            id=self.ids.of("request"),
            identifier=[{"value": wish.reference}],
            status=_CLOSED.get(wish.status, "active"),
            intent="proposal",
            priority=_PRIORITY.get(self._level, "routine"),
            code=text_only("Visit at the clinic"),
            subject=self.subject,
            authoredOn=at_time(wish.at),
            reasonReference=spasms,
            note=[{"text": f"Good times: {wish.when}"}] if wish.when else None,
        )


def _telecom(wish: Wish) -> list[Resource]:
    system = "email" if "@" in str(wish.contact) else "phone"
    return [{"system": system, "value": wish.contact}]
