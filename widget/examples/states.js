/* The states that examples.js shows: what was said, and what is done to it. */

const bot = (text, more = {}) => ({ from: "bot", at: "", text, buttons: [], question: null, card: null, ...more });
const patient = (text) => ({ from: "patient", at: "", text, buttons: [], question: null, card: null });
const option = (id, label, kind = "finding") => ({ id, label, payload: `/answer{"${kind}": "${id}"}` });
const none = { id: "none", label: "None of these", payload: '/answer{"reply": "none"}' };
const question = (id, topic, kind, options = []) => ({ question: { id, topic, kind, options } });
const press = (root, name) => [...root.querySelectorAll("button")].find((b) => b.textContent === name).click();

const HELLO = bot("Hi. I am the symptom helper of the clinic. I am a computer program, not a person. In an emergency, call 911. What is going on? Tell me in your own words.",
  question("intake", "other", "text"));
const PLACES = [
  ["calf", "Calf"], ["foot_toes", "Foot or toes"], ["thigh_front", "Front of thigh"], ["hamstring", "Back of thigh"], ["leg_unspecified", "Whole leg"],
  ["buttock_hip", "Buttock or hip"], ["low_back", "Lower back"], ["mid_back", "Middle back"], ["upper_back", "Upper back"], ["neck", "Neck"],
  ["shoulder", "Shoulder"], ["upper_arm_forearm", "Arm"], ["hand_fingers", "Hand or fingers"], ["abdomen", "Belly"], ["chest_wall", "Chest or ribs"],
  ["jaw_face", "Jaw or face"], ["generalized", "Many places"],
].map(([id, label]) => option(id, label, "location"));
const MAP = bot("Where in your body do you feel the spasm or cramp?", question("location", "location", "body_map", PLACES));
const SIGNS = bot("First a safety check. Do you have any of these?\n- leg swollen\n- red or warm skin\n- trouble breathing or chest pain",
  question("screen_leg", "screen", "multiple", [option("calf_swelling_one_side", "One leg is swollen"), option("skin_red_warm", "Red or warm skin"), option("short_of_breath", "Trouble breathing"), none]));
const OFTEN = bot("How often does it happen?", question("frequency", "frequency", "single",
  [option("once", "Just once", "frequency"), option("weekly", "Weekly", "frequency"), option("daily", "Daily", "frequency")]));
const SEVERITY = bot("How bad is it at its worst, from 0 to 10?", question("severity", "severity", "single",
  [["2", "Mild (0-3)"], ["5", "Medium (4-6)"], ["8", "Strong (7-8)"], ["9", "Very strong (9)"], ["10", "Worst ever (10)"]].map(([id, label]) => option(id, label, "severity"))));
const LEFT = bot("Did this start after an accident?", { question: { id: "accident", topic: "accident", kind: "single", left: 3, options: [option("car_accident", "Car accident"), none] } });

const result = (disposition, text) => [
  bot(text, { card: { type: "assessment", disposition, within_days: 14, contributors: [], advice: [] } }),
  bot("These may well play a part:\n- Fatigue (“calf”, “after running”)\n- Simple night leg cramps (“every night”)\nIn brackets is what you told me. This is not a diagnosis."),
  bot("What may help at home:\n- Gentle stretching: Stretch the muscle slowly, with no bounce.\n- Drinking: Sip water through the day.\nWhat I left out for you, and why:\n- Ibuprofen: You take a blood thinner."),
  bot("Call 911 for any of these:\n- chest pain or pressure\nCall the clinic the same day at (555) 555-0100 for any of these:\n- one leg that is swollen"),
  bot("Would you like to ask for a visit now?", question("offer", "booking", "single",
    [{ id: "yes", label: "Yes, book a visit", payload: "/book" }, { id: "no", label: "Not now", payload: "/deny" }])),
];
const EMERGENCY = bot("Call 911 now. Do not drive yourself. Tightness or pain in the chest can be a sign of heart trouble, not a muscle. You can tell the clinic later at (555) 555-0100.", { card: { type: "emergency" } });
const CRISIS = bot("Please call or text 988 now. Someone is there day and night. If you are in danger, call 911 now.", { card: { type: "emergency" } });
const ask = (id, text) => bot(text, question(id, "booking", "text"));
const NAME = ask("booking_name", "What is your first and last name?");
const CONTACT = ask("booking_contact", "What is the best phone number or email to reach you?");
const WHEN = ask("booking_when", "Which days and times are good for you?");
const BACK = bot("Here is what I have. Name: Ann Lee. Contact: (512) 555-0123. Good times: Monday; morning. Is that right?", question("booking_confirmed", "booking", "single",
  [{ id: "yes", label: "Yes, send it", payload: "/affirm" }, { id: "name", label: "Change the name", payload: '/correct{"booking_field": "booking_name"}' }, { id: "no", label: "Do not send it", payload: "/deny" }]));
const SENT = bot("Done. Your request is with the clinic. They will call or write to you to set a time.", { card: { type: "appointment", reference: "7K2M9QXA" } });
const TIME = bot("Your visit is set.", { card: { type: "appointment", reference: "7K2M9QXA", start: "2030-05-06T14:30:00Z", minutes: 45 } });
const TOPIC = bot("Trigger point injections: A small amount of medicine is put into a tight spot in a muscle. This is general. A clinician can tell you if it fits you.", { card: { type: "topic", id: "trigger_point_injections", kind: "treatment" } });
const ODD = patient("<img src=x onerror=alert(1)> <script>alert(2)</script> Z̷̢̛a̶l̴g̵o̸ \u202Egnol\u202C 🤕🦵 " + "cramp".repeat(60));

export const EXAMPLES = [
  { name: "welcome", title: "Before the start", started: false },
  { name: "free-text", title: "Free text", messages: [HELLO] },
  { name: "body-map", title: "Body map", messages: [HELLO, patient("cramps at night"), MAP],
    act: (panel, root) => root.querySelector(".region[aria-label='Left calf']").dispatchEvent(new MouseEvent("click")) },
  { name: "body-list", title: "Body map as a list", messages: [MAP], act: (panel, root) => press(root, "List") },
  { name: "multiple", title: "Several answers", messages: [patient("my calf"), SIGNS] },
  { name: "answered", title: "Answered questions", messages: [SIGNS, patient("Red or warm skin, Trouble breathing"), OFTEN, patient("Weekly"), MAP, patient("Calf (left), Neck")] },
  { name: "single", title: "One answer, with progress", messages: [OFTEN, patient("Weekly"), LEFT] },
  { name: "severity", title: "A scale", messages: [SEVERITY] },
  { name: "understood", title: "What was understood", messages: [OFTEN, patient("Weekly"), SEVERITY, patient("7 out of 10"), patient("What did you understand?"),
    bot("This is what I have so far: calf, left, weekly."), bot("If something is wrong, just tell me.")],
    act: (panel, root) => setTimeout(() => press(root, "Change"), 50) },
  { name: "emergency", title: "Emergency", messages: [patient("chest pain"), EMERGENCY] },
  { name: "crisis", title: "Crisis", messages: [patient("it is too much"), CRISIS] },
  { name: "urgent", title: "Result: today", messages: [patient("no"), ...result("urgent", "Please be seen today. Call the clinic now at (555) 555-0100.\nWhy I say so:\n- one leg is swollen")] },
  { name: "book", title: "Result: visit", config: { booking: "https://clinic.example/book" }, messages: [patient("no"), ...result("book", "You should see a clinician about this within 14 days.\nWhy I say so:\n- it comes often (“every night”)")] },
  { name: "self-care", title: "Result: home", messages: [patient("no"), ...result("self_care", "From what you told me, you can try home care first.")] },
  { name: "topic", title: "A topic of the page", messages: [patient("what are trigger point injections?"), TOPIC] },
  { name: "booking-name", title: "Booking: name, with an error", messages: [NAME],
    act: (panel, root) => { root.querySelector("input[autocomplete=name]").value = "4"; press(root, "Continue"); } },
  { name: "booking-contact", title: "Booking: contact", messages: [CONTACT], act: (panel, root) => press(root, "Continue") },
  { name: "booking-when", title: "Booking: times", messages: [WHEN] },
  { name: "read-back", title: "Booking: read-back", messages: [BACK] },
  { name: "requested", title: "Booking: sent", messages: [SENT] },
  { name: "confirmed", title: "Booking: a time is set", messages: [TIME] },
  { name: "sending", title: "Being sent", messages: [HELLO], quiet: true, act: (panel) => panel.say("It cramps at night") },
  { name: "waiting", title: "Waiting for the line", messages: [HELLO], problem: "line", act: (panel) => panel.say("It cramps at night") },
  { name: "failed", title: "Not sent", messages: [HELLO], problem: 503, act: (panel) => { panel.conversation.tries = 9; panel.say("It cramps at night"); } },
  { name: "long", title: "Too long", messages: [HELLO], problem: 413, act: (panel) => panel.say("It cramps at night") },
  { name: "expired", title: "Session expired", messages: [HELLO, patient("my calf"), OFTEN], problem: 401, act: (panel) => panel.say("It cramps at night") },
  { name: "deleted", title: "Deleted elsewhere", messages: [HELLO, patient("my calf"), OFTEN], problem: 404, act: (panel) => panel.say("It cramps at night") },
  { name: "menu", title: "Menu", messages: [HELLO], act: (panel) => setTimeout(() => panel.menu.toggle(true), 500) },
  { name: "hostile", title: "Odd texts", messages: [ODD, bot("Sorry, I did not get that.")] },
  { name: "rtl", title: "Right to left", config: { dir: "rtl" }, messages: [HELLO, patient("لدي تشنج في الساق"), SIGNS] },
  { name: "dark", title: "Always dark", config: { theme: "dark" }, messages: [OFTEN, patient("Weekly"), SIGNS] },
  { name: "light", title: "Always light", config: { theme: "light" }, messages: [OFTEN, patient("Weekly"), SIGNS] },
];
