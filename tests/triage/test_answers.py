"""How one message changes the intake, given what was asked."""

from __future__ import annotations

import pytest

from bot.knowledge import knowledge
from bot.triage.answers import Heard, apply, give_up
from bot.triage.assess import emergency
from bot.triage.content import Question
from bot.triage.intake import Answer, Intake
from bot.triage.questions import next_question
from bot.triage.reading import Assertion, Mention, Reading
from tests.triage.small import SMALL, intake, mention, reading, reply, said

Q = SMALL.questions
ASSOCIATED = Q["associated"]
SCREEN = Q["screen_back"]


def hear(heard: Reading, question: Question | None = None, before: Intake | None = None) -> Heard:
    return apply(before or Intake(), question, heard, SMALL)


def statuses(heard: Heard) -> dict[str, str]:
    return {name: answer.status for name, answer in heard.intake.findings.items()}


def test_everything_a_message_says_is_taken_at_once():
    heard = hear(
        reading(
            mention("location", "calf", side="left", words="left calf"),
            mention("frequency", "weekly", words="twice a week"),
            mention("duration", 21),
            mention("severity", 6),
            *said("nocturnal"),
            *said("numbness", assertion="absent"),
        )
    )
    told = heard.intake
    assert (told.locations, told.side, told.frequency) == (("calf",), "left", "weekly")
    assert (told.duration_days, told.severity) == (21, 6)
    assert statuses(heard) == {"nocturnal": "present", "numbness": "absent"}
    assert told.words == {"locations": "left calf", "frequency": "twice a week"}
    assert set(heard.changed) == {
        "locations", "side", "frequency", "duration_days", "severity", "nocturnal", "numbness",
    }  # fmt: skip
    assert heard.corrected == ()
    assert heard.understood


@pytest.mark.parametrize(
    ("assertion", "ordinary", "history", "danger"),
    [
        ("present", "present", "present", "present"),
        ("absent", "absent", "absent", "absent"),
        ("past", "absent", "present", None),
        ("other_person", None, None, None),
        ("hypothetical", None, None, None),
        ("uncertain", "unknown", "unknown", "present"),
    ],
)
def test_what_a_statement_makes_of_a_finding(
    assertion: Assertion, ordinary: str | None, history: str | None, danger: str | None
):
    before = intake("tingling", locations=("calf",))
    names = ("nocturnal", "spine_surgery", "bladder_trouble")
    heard = hear(reading(*said(*names, assertion=assertion)), before=before)
    assert [heard.intake.status(name) for name in names] == [ordinary, history, danger]


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [("present", "present"), ("uncertain", "present"), ("other_person", None),
     ("absent", "absent"), ("past", None), ("hypothetical", None)],
)  # fmt: skip
def test_a_danger_sign_counts_from_any_mouth(assertion: Assertion, expected: str | None):
    heard = hear(reading(*said("rf_heart", assertion=assertion)), before=intake("tingling"))
    assert heard.intake.status("rf_heart") == expected


def test_uncertain_words_about_what_was_asked_count_as_present():
    assert statuses(hear(reading(*said("numbness", assertion="uncertain")), ASSOCIATED))[
        "numbness"
    ] == ("present")


@pytest.mark.parametrize("word", ["no", "none"])
def test_a_plain_no_denies_everything_that_was_asked(word: str):
    heard = hear(reply(word), ASSOCIATED)
    assert statuses(heard) == dict.fromkeys(("numbness", "tingling", "fever"), "absent")
    assert heard.answered
    assert heard.intake.asked == ("associated",)


def test_a_no_spares_what_the_same_message_names():
    heard = hear(reading(mention("reply", "no"), *said("tingling")), ASSOCIATED)
    assert statuses(heard) == {"numbness": "absent", "tingling": "present", "fever": "absent"}


def test_a_no_to_many_signs_leaves_what_was_told_before():
    heard = hear(reply("no"), ASSOCIATED, intake("numbness"))
    assert statuses(heard)["numbness"] == "present"


def test_a_no_to_one_sign_takes_it_back():
    heard = hear(reply("no"), Q["screen_leg"], intake("calf_swollen"))
    assert statuses(heard) == {"calf_swollen": "absent"}
    assert heard.corrected == ("calf_swollen",)


def test_a_yes_to_one_sign_is_that_sign():
    assert statuses(hear(reply("yes"), Q["screen_leg"])) == {"calf_swollen": "present"}


def test_a_yes_to_many_signs_leaves_open_which():
    heard = hear(reply("yes"), ASSOCIATED)
    assert (heard.answered, heard.intake) == (False, Intake())


def test_all_means_all():
    assert set(statuses(hear(reply("all"), ASSOCIATED)).values()) == {"present"}


def test_no_to_all_of_them_denies_them():
    both = Reading(mentions=(*reply("no").mentions, *reply("all").mentions))
    assert set(statuses(hear(both, ASSOCIATED)).values()) == {"absent"}


def test_not_knowing_is_an_answer():
    heard = hear(reply("unsure"), ASSOCIATED, intake("numbness"))
    assert heard.answered
    assert statuses(heard) == {"numbness": "present", "tingling": "unknown", "fever": "unknown"}
    field = hear(reply("unsure"), Q["frequency"])
    assert (field.answered, field.intake.unsure) == (True, ("frequency",))


def test_what_was_not_known_can_be_told_later():
    unsure = hear(reply("unsure"), Q["frequency"]).intake
    later = hear(reading(mention("frequency", "daily")), before=unsure).intake
    assert (later.frequency, later.unsure) == ("daily", ())


@pytest.mark.parametrize(
    ("word", "expected"), [("first", "once"), ("second", "weekly"), ("last", "daily")]
)
def test_an_option_can_be_picked_by_its_place(word: str, expected: str):
    assert hear(reply(word), Q["frequency"]).intake.frequency == expected


def test_a_picked_option_settles_the_whole_question():
    heard = hear(reply("second"), SCREEN)
    assert statuses(heard)["bladder_trouble"] == "present"
    assert statuses(heard)["saddle_numbness"] == "absent"
    assert set(statuses(hear(reply("third"), SCREEN)).values()) == {"absent"}


@pytest.mark.parametrize(("word", "expected"), [("yes", "present"), ("no", "absent")])
def test_yes_and_no_pick_the_options_called_so(word: str, expected: str):
    heard = hear(reply(word), Q["age"])
    assert (statuses(heard), heard.answered) == ({"age_60_plus": expected}, True)
    assert heard.intake.age is None


@pytest.mark.parametrize(
    ("question", "number", "field", "expected"),
    [
        ("severity", 7, "severity", 7),
        ("severity", 11, "severity", None),
        ("age", 72, "age", 72),
        ("duration", 3, "duration_days", None),
        ("frequency", 2, "frequency", None),
    ],
)
def test_a_bare_number_is_read_by_the_question(
    question: str, number: int, field: str, expected: int | None
):
    heard = hear(reading(mention("number", number)), Q[question])
    assert getattr(heard.intake, field) == expected
    assert heard.answered is (expected is not None)


def test_a_stated_age_answers_whether_it_is_60_or_more():
    assert statuses(hear(reading(mention("age", 72)))) == {"age_60_plus": "present"}
    assert statuses(hear(reading(mention("age", 40)))) == {"age_60_plus": "absent"}


def test_the_latest_words_win_and_are_called_a_correction():
    before = intake("numbness", frequency="weekly", severity=3)
    heard = hear(
        reading(mention("frequency", "daily"), *said("numbness", assertion="absent")),
        before=before,
    )
    assert heard.intake.frequency == "daily"
    assert set(heard.corrected) == {"frequency", "numbness"}


def test_a_denied_value_is_taken_back():
    heard = hear(reading(mention("frequency", "daily", "absent")), before=intake(frequency="daily"))
    assert heard.intake.frequency is None


def test_places_add_up_unless_one_is_taken_back():
    before = intake(locations=("calf",))
    added = hear(reading(mention("location", "neck")), before=before)
    moved = hear(
        reading(mention("location", "calf", "absent"), mention("location", "neck")), before=before
    )
    corrected = apply(before, None, reading(mention("location", "neck")), SMALL, correction=True)
    assert added.intake.locations == ("calf", "neck")
    assert moved.intake.locations == corrected.intake.locations == ("neck",)
    assert "locations" in moved.corrected


def test_a_narrower_place_replaces_the_wider_one_and_not_the_other_way_round():
    narrower = hear(reading(mention("location", "calf")), before=intake(locations=("leg",)))
    wider = hear(reading(mention("location", "leg")), before=intake(locations=("calf",)))
    assert narrower.intake.locations == wider.intake.locations == ("calf",)


@pytest.mark.parametrize(
    ("sides", "expected"), [(("left",), "left"), (("left", "right"), "both"), ((), "right")]
)
def test_left_and_right_in_one_message_make_both(sides: tuple[str, ...], expected: str):
    heard = hear(reading(*(mention("side", s) for s in sides)), before=intake(side="right"))
    assert heard.intake.side == expected


def test_what_follows_from_a_finding_is_noted_with_it():
    assert statuses(hear(reading(*said("saddle_numbness"))))["numbness"] == "present"
    assert statuses(hear(reading(*said("trains")), before=intake("sedentary"))) == {
        "sedentary": "absent",
        "trains": "present",
    }


def test_denying_numbness_does_not_hide_numbness_between_the_legs():
    before = intake("saddle_numbness", "numbness")
    heard = hear(reading(*said("numbness", assertion="absent")), before=before)
    assert statuses(heard)["saddle_numbness"] == "present"


def test_within_one_message_a_danger_sign_wins_over_its_denial():
    heard = hear(reading(*said("rf_heart"), *said("rf_heart", assertion="absent")))
    assert statuses(heard) == {"rf_heart": "present"}


def test_naming_one_of_a_list_that_was_read_out_denies_the_others():
    assert statuses(hear(reading(*said("tingling")), ASSOCIATED)) == {
        "numbness": "absent", "tingling": "present", "fever": "absent",
    }  # fmt: skip


def test_naming_one_trigger_says_nothing_of_the_others():
    heard = hear(reading(*said("nocturnal")), Q["triggers"])
    assert (statuses(heard), heard.answered) == ({"nocturnal": "present"}, True)


def test_a_trigger_that_was_not_in_the_list_answers_too():
    assert hear(reading(*said("relief_stretch")), Q["triggers"]).answered


@pytest.mark.parametrize(
    ("mentions", "answered", "open_sign"),
    [
        (said("bladder_trouble", assertion="absent"), False, None),
        (said("bladder_trouble", "fever", assertion="absent"), True, "absent"),
        (said("fever"), True, None),
        (said("tingling"), False, None),
    ],
)
def test_danger_signs_are_only_denied_when_that_is_plain(
    mentions: tuple[Mention, ...], answered: bool, open_sign: str | None
):
    heard = hear(reading(*mentions), SCREEN)
    assert (heard.answered, heard.intake.status("saddle_numbness")) == (answered, open_sign)


def test_choices_sent_from_the_screen_deny_what_was_not_picked():
    picked = Mention("finding", "fever", rule="payload")
    assert statuses(hear(reading(picked), SCREEN)) == {
        "saddle_numbness": "absent", "bladder_trouble": "absent", "fever": "present",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "accident_within_72h"), (3, "accident_within_72h"), (8, "accident_over_72h")],
)
def test_how_long_ago_dates_the_accident_when_that_was_asked(days: int, expected: str):
    heard = hear(reading(mention("duration", days)), Q["accident_when"], intake("car_accident"))
    assert heard.intake.status(expected) == "present"
    assert (heard.intake.duration_days, heard.answered) == (None, True)


def test_words_about_somebody_else_who_is_the_patient_count():
    heard = hear(
        reading(
            mention("person", "other_adult"),
            mention("location", "low_back", "other_person"),
            *said("numbness", assertion="other_person"),
        )
    )
    assert (heard.intake.writes, heard.intake.locations) == ("carer", ("low_back",))
    assert statuses(heard) == {"numbness": "present"}
    later = hear(reading(*said("tingling", assertion="other_person")), before=heard.intake)
    assert later.intake.status("tingling") == "present"


@pytest.mark.parametrize(
    ("before", "mentions"),
    [
        (intake(locations=("calf",)), said("numbness", assertion="other_person")),
        (Intake(), (mention("location", "calf"), *said("numbness", assertion="other_person"))),
        (
            Intake(),
            (
                mention("person", "self"),
                mention("person", "other_adult"),
                *said("numbness", assertion="other_person"),
                mention("location", "calf"),
            ),
        ),
    ],
)
def test_a_remark_about_somebody_else_is_not_the_patients(
    before: Intake, mentions: tuple[Mention, ...]
):
    heard = hear(reading(*mentions), before=before)
    assert (heard.intake.writes, heard.intake.locations) == ("self", ("calf",))
    assert heard.intake.status("numbness") is None


def test_unknown_ids_and_impossible_values_are_left_out():
    heard = hear(
        reading(
            *said("no_such_sign"),
            mention("location", "moon"),
            mention("side", "upside_down"),
            mention("frequency", "fortnightly"),
            mention("severity", 40),
            mention("duration", "long"),
        )
    )
    assert heard.intake == Intake()


def test_a_reply_without_a_question_is_not_understood():
    assert not hear(reply("yes")).understood
    assert hear(reading(mention("topic", "sciatica"))).understood


MESSAGES = [
    reading(mention("location", "calf", side="left"), *said("nocturnal", "rf_heart")),
    reading(mention("location", "calf", "absent"), mention("location", "neck")),
    reading(mention("reply", "no"), *said("tingling")),
    reading(mention("frequency", "daily", "absent"), mention("age", 70)),
    reply("unsure"),
    reply("second"),
]


@pytest.mark.parametrize("question", [None, "location", "frequency", "screen_back", "associated"])
@pytest.mark.parametrize("message", MESSAGES)
def test_the_same_message_twice_changes_nothing_more(message: Reading, question: str | None):
    asked = Q[question] if question else None
    once = hear(message, asked, intake("numbness", locations=("calf",), frequency="daily"))
    twice = hear(message, asked, once.intake)
    assert twice.intake == once.intake
    assert (twice.changed, twice.answered) == ((), once.answered)


def test_the_intake_survives_a_trip_through_json():
    told = hear(MESSAGES[0]).intake
    assert Intake.from_dict(told.to_dict()) == told


@pytest.mark.parametrize("name", ["frequency", "associated", "location"])
def test_a_question_put_often_enough_is_given_up(name: str):
    after = give_up(intake("numbness"), Q[name])
    assert name in after.asked
    assert after.status("numbness") == "present"
    asked = next_question(after, SMALL)
    assert asked is not None
    assert asked.id != name


def test_a_denied_emergency_is_over_until_a_sign_of_it_is_told_again():
    told = intake("bladder_trouble", absent=("rf_cord",), locations=("low_back",))
    assert emergency(told, SMALL) is None
    again = hear(reading(*said("bladder_trouble")), before=told)
    assert emergency(again.intake, SMALL) is not None
    other = hear(reading(*said("saddle_numbness")), before=told)
    assert emergency(other.intake, SMALL) is not None
    unrelated = hear(reading(*said("tingling")), before=told)
    assert emergency(unrelated.intake, SMALL) is None


def test_words_and_how_a_finding_was_heard_are_kept():
    heard = hear(reading(Mention("finding", "numbness", words="pins")), ASSOCIATED)
    assert heard.intake.findings["numbness"] == Answer("present", "pins", "asked")


def on_the_clinics(question: str, *mentions: Mention) -> Heard:
    content = knowledge()
    return apply(Intake(), content.questions[question], reading(*mentions), content)


def test_of_two_numbers_the_worst_is_the_severity():
    heard = on_the_clinics("severity", mention("number", 7), mention("number", 1))
    assert heard.intake.severity == 7


def test_telling_when_it_began_ends_the_question_how_long_one_lasts():
    heard = on_the_clinics("episode_length", mention("duration", 21))
    assert heard.answered
    assert heard.intake.duration_days == 21
    assert heard.intake.unsure == ("episode_length",)


@pytest.mark.parametrize(
    ("denied", "answered"),
    [
        (("chest_pain",), False),
        (("chest_pain", "fever"), True),
        (("fever", "bladder_bowel_change"), False),
        (("chest_pain", "sedentary"), False),
    ],
)
def test_danger_signs_of_other_lists_help_to_deny_this_one(denied: tuple[str, ...], answered: bool):
    mentions = said(*denied, assertion="absent")
    assert on_the_clinics("screen_chest_arm", *mentions).answered is answered


def test_a_place_named_while_denying_danger_signs_is_no_place_of_spasms():
    hands = mention("location", "hand_fingers")
    clear = on_the_clinics("screen_neck", *said("clumsy_hands", assertion="absent"), hands)
    assert clear.intake.locations == ()
    told = on_the_clinics("screen_neck", *said("clumsy_hands"), hands)
    assert told.intake.locations == ("hand_fingers",)


def _after_a_bare_yes() -> tuple[Heard, Question]:
    asked = knowledge().questions["screen_spine"]
    before = Intake(locations=("low_back",))
    return apply(before, asked, reply("yes"), knowledge()), asked


def test_a_second_yes_to_a_list_of_danger_signs_that_names_none_is_an_emergency():
    first, asked = _after_a_bare_yes()
    assert not first.answered
    assert emergency(first.intake, knowledge()) is None
    second = apply(first.intake, asked, reply("yes"), knowledge())
    fired = emergency(second.intake, knowledge())
    assert fired is not None
    assert fired.rule == "E4"


def test_a_sign_that_is_named_after_a_bare_yes_stands_for_itself():
    first, asked = _after_a_bare_yes()
    second = apply(
        first.intake, asked, reading(mention("reply", "yes"), *said("fever")), knowledge()
    )
    assert second.intake.status("fever") == "present"
    assert second.intake.status("yes_to_danger_list") == "absent"
