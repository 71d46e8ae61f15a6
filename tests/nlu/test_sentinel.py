"""The ear for danger signs: hears them in lay words, and not where there are none."""

from __future__ import annotations

import pytest

from bot.knowledge import knowledge
from bot.nlu.sentinel import hear

HEARD = {
    "rf_cauda_equina": [
        "my bottom half is numb and i cant tell when i need to pee",
        "havent been able to pee since yesterday and back is killing",
        "numb between the legs",
        "i wet myself without knowing",
        "lost all control of my bowels last night",
        "private area feels dead",
        "cant feel the toilet paper",
        "both legs going numb and weak",
        "my crotch has gone numb",
        "I pooped myself and didnt even notice",
        "sciatica down both legs now",
        "trouble starting to pee since my back went out",
        "saddle area tingly",
        "no sensation down below when i go to the bathroom",
        "I cant hold my pee anymore",
    ],
    "rf_stroke": [
        "his face is drooping on one side",
        "my speech is slurred",
        "left side of my body went numb",
        "I suddenly cant see out of my right eye",
        "worst headache of my life",
        "my words are coming out wrong",
        "one side of her face fell",
        "my arm suddenly went dead and i cant talk right",
        "think im having a stroke",
    ],
    "rf_cardiac": [
        "tight squeezing in my chest",
        "elephant on my chest",
        "pressure in chest and im sweating",
        "spasm in my chest wall near the heart",
        "pain going down my left arm",
        "chest is cramping",
        "my jaw aches and im clammy",
        "am i having a heart attack",
    ],
    "rf_breathing": [
        "i cant breathe",
        "cant catch my breath",
        "lips turning blue",
        "im gasping for air",
        "so short of breath",
        "struggling to breath",
        "my ribs seize up and i cant get air",
    ],
    "rf_dvt": [
        "one calf is way bigger than the other",
        "left calf red hot and swollen",
        "my right leg is swollen and painful",
        "calf sore ever since the 9 hour flight",
        "right leg blew up like a balloon and its warm",
    ],
    "rf_acute_limb_ischemia": [
        "my foot turned white and cold",
        "leg is ice cold and blue",
        "foot suddenly went cold and numb",
        "toes went white all of a sudden",
        "cold white leg",
    ],
    "rf_rhabdomyolysis": [
        "my pee looks like coke",
        "urine is dark like tea after crossfit",
        "peeing brown",
        "pee the color of cola",
    ],
    "rf_tetanus": [
        "my jaw is locked",
        "cant open my mouth",
        "stepped on a rusty nail and now my whole body is stiff",
        "jaw wont open",
    ],
    "rf_anaphylaxis": [
        "my throat is closing up",
        "tongue is swelling",
        "hives and i cant breathe after the shot",
    ],
    "rf_seizure": [
        "my whole body jerked and i blacked out",
        "i had a seizure",
        "she is having a fit",
        "i was convulsing",
    ],
    "rf_self_harm": [
        "i want to die",
        "i just want to end it all",
        "id be better off dead",
        "cant do this anymore",
        "i dont want to be here anymore",
        "im suicidal",
        "thinking about killing myself",
        "there is no point in living",
        "i wish i was dead",
        "i cant live with this pain anymore",
    ],
    "rf_overdose": [
        "i took 20 tylenol",
        "took a whole bottle of ibuprofen",
        "i doubled my pain pills",
        "took too many of my oxys",
        "im vomiting blood",
        "my poop is black and tarry",
    ],
    "rf_abuse": [
        "he pushed me down the stairs",
        "my husband hit me",
        "im not safe at home",
        "my boyfriend choked me",
    ],
    "rf_meningitis": [
        "fever and a stiff neck",
        "stiff neck, high fever, light hurts my eyes",
    ],
    "rf_baclofen_withdrawal": [
        "my baclofen pump is beeping",
        "ran out of my baclofen 2 days ago",
        "missed my pump refill",
        "stopped taking baclofen cold turkey",
    ],
    "rf_aaa_dissection": [
        "ripping pain in my back",
        "feels like something tearing in my chest",
        "i can feel my belly pulsing",
        "tearing pain between shoulder blades",
    ],
    "rf_spinal_cord_injury_acute": [
        "cant move my legs after the crash",
        "i fell and now i cant feel my legs",
    ],
    "rf_child": [
        "my 3 year old wont walk",
        "my son is 6 and gets leg cramps",
        "my toddler has leg cramps",
        "my baby keeps jerking",
    ],
    "rf_pregnancy": [
        "im 30 weeks pregnant with a bad headache and seeing spots",
        "pregnant and my leg is red and swollen",
        "pregnant and bleeding",
    ],
    "rf_shoulder_dislocation": [
        "my shoulder popped out",
        "dislocated my shoulder",
    ],
    "rf_head_injury": [
        "hit my head and now im throwing up",
        "banged my head, on blood thinners",
    ],
    "rf_acute_dystonia": [
        "my eyes keep rolling up after reglan",
        "tongue is pulling out to the side",
        "neck twisted and stuck after compazine",
    ],
    "rf_progressive_weakness": [
        "my foot keeps dropping",
        "leg is getting weaker every day",
        "my leg keeps giving way",
        "cant lift my arm since yesterday",
    ],
    "rf_ascending_weakness": [
        "weakness going up both legs since a stomach bug",
        "tingling started in my feet and now its up to my knees",
    ],
    "rf_heat_stroke": [
        "been in the heat all day, confused and stopped sweating",
        "passed out in the sun",
    ],
    "rf_severe_electrolyte": [
        "cramping all over and my heart is racing",
        "cant keep anything down, cramps everywhere",
        "missed dialysis",
    ],
    "rf_tetany": [
        "my hands curl up and my lips tingle",
    ],
    "rf_spinal_infection": [
        "fever and bad back pain",
        "chills and my back is killing me",
        "incision on my back is red and leaking",
    ],
    "rf_cancer": [
        "had breast cancer and now my back hurts",
        "losing weight without trying",
    ],
    "rf_prolonged_cramp": [
        "cramp wont let go for 20 minutes",
        "my calf has been cramped for an hour",
    ],
    "rf_compartment_syndrome": [
        "leg is rock hard and hurts way more than it should after the crash",
        "pain is way worse than the injury",
        "my cast is too tight and my toes are numb",
    ],
    "rf_pulmonary_embolism": [
        "short of breath and my calf is swollen",
        "coughing up blood",
        "sharp pain when i breathe in",
    ],
    "rf_myelopathy": [
        "electric shock down my spine when i bend my neck",
        "cant button my shirt anymore and i keep tripping",
    ],
    "rf_poisoning": [
        "i swallowed some rat poison",
        "drank bleach by accident",
    ],
    "rf_motor_neuron_features": [
        "my hand muscle is shrinking",
        "twitching all over and getting weak",
    ],
    "rf_major_trauma_fracture": [
        "got hit by a car",
        "fell off the roof and my back hurts",
        "bone is sticking out",
    ],
    "rf_neck_trauma_cspine": [
        "car crash today and my neck hurts and my fingers tingle",
    ],
    "rf_nms_serotonin": [
        "stiff as a board with a high fever",
        "shaking and sweating since i started the new antidepressant, fever too",
    ],
    "rf_post_procedure_neuro": [
        "had an epidural yesterday and now my legs are weak",
        "worst headache since the injection",
        "stimulator site is hot and red",
    ],
    "rf_autonomic_dysreflexia": [
        "im a t4 para with a pounding headache and sweating",
    ],
    "rf_fragility_fracture": [
        "i have osteoporosis and sudden back pain after a sneeze",
    ],
}
QUIET = [
    "my back seized up",
    "this pain is killing me",
    "shoot me now lol",
    "calf cramp had me dying here",
    "i had a stroke in 2015",
    "no chest pain or trouble breathing",
    "i can pee fine no numbness down there",
    "my heart goes out to you",
    "no i dont want to hurt myself",
    "cramps in my calf after running",
    "my foot fell asleep from sitting",
    "i took two ibuprofen last night",
    "played golf and my stroke is off",
    "back locked up picking up my kid",
    "no swelling, both calves normal",
    "had my baby 3 weeks ago and my calves cramp",
    "my daughter drove me here",
    "neck is stiff from sleeping wrong",
    "my legs are tired after work",
    "i hurt myself at the gym last week",
    "never had a seizure",
    "can this cause a stroke?",
    "what if it is a heart attack",
    "is this a blood clot?",
    "should i worry about a blood clot",
    "dad had a heart attack",
    "i had a heart attack in 2010",
    "i feel weak and tired lately",
    "i drink coke all day",
    "cold feet in bed",
    "my hands get cold",
    "arm is sore from the flu shot",
    "knee popped out of bed lol",
    "no fever no chills no weight loss",
    "neither",
    "hamstring tight after leg day",
    "my back went out",
    "toes curl under at night",
    "pain is not that bad",
    "i have arthritis in my hands",
    "tingling in my fingers after typing",
    "the cramp stops when i stretch",
    "my calf gets rock hard until i stretch it",
    "i can't stand up straight",
    "can't turn my head, crick in my neck",
    "i get headaches sometimes",
    "my shoulder is killing me",
    "i could barely walk it hurt so bad",
    "charley horse in my left calf wakes me",
    "fell off my bike last year",
]


def _present(text: str) -> set[str]:
    return {str(m.value) for m in hear(text) if m.assertion in ("present", "uncertain")}


def _status(text: str, flag: str) -> set[str]:
    return {m.assertion for m in hear(text) if m.value == flag}


CASES = [(flag, text) for flag, texts in HEARD.items() for text in texts]


@pytest.mark.parametrize(("flag", "text"), CASES, ids=[text for _, text in CASES])
def test_a_danger_sign_is_heard(flag: str, text: str) -> None:
    assert flag in _present(text)


@pytest.mark.parametrize("text", QUIET)
def test_everyday_words_raise_no_alarm(text: str) -> None:
    assert _present(text) == set()


ASSERTED = [
    ("no chest pain", "rf_cardiac", "absent"),
    ("chest pain? no", "rf_cardiac", "absent"),
    ("I'm not short of breath", "rf_breathing", "absent"),
    ("no trouble breathing", "rf_breathing", "absent"),
    ("never had a seizure", "rf_seizure", "absent"),
    ("haven't lost control of my bladder", "rf_cauda_equina", "absent"),
    ("no numbness between my legs", "rf_cauda_equina", "absent"),
    ("had a stroke in 2015", "rf_stroke", "past"),
    ("I had a stroke ten years ago", "rf_stroke", "past"),
    ("what if I lose control of my bladder", "rf_cauda_equina", "hypothetical"),
    ("should I worry about a blood clot", "rf_dvt", "hypothetical"),
    ("my husband can't breathe", "rf_breathing", "present"),
    ("chest pain this morning, gone now", "rf_cardiac", "present"),
    ("no fever but my chest hurts", "rf_cardiac", "present"),
    ("CANT BREATHE!!!", "rf_breathing", "present"),
    ("i cant feel when i wipe 😢", "rf_cauda_equina", "present"),
    ("cant hold my pee anymore", "rf_cauda_equina", "present"),
    ("I'm not safe at home", "rf_abuse", "present"),
]


@pytest.mark.parametrize(("text", "flag", "assertion"), ASSERTED)
def test_a_danger_sign_carries_its_assertion(text: str, flag: str, assertion: str) -> None:
    assert assertion in _status(text, flag)


def test_every_danger_sign_has_words_of_its_own_or_follows_from_findings() -> None:
    untested = set(knowledge().red_flags) - set(HEARD) - DERIVED
    assert untested == set()


DERIVED = {"rf_heat_cramps_prolonged"}
"""Red flags that only the engine derives, from several findings together."""
