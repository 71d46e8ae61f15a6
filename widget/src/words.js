/* Every word of the widget itself. What the bot says comes from the bot. */

export const WORDS = {
  title: "Talk about your spasms",
  subtitle: "A program, not a doctor. For adults.",
  open: "Questions about spasms?",
  resume: "Go on with your chat",
  close: "Close the chat",
  menu: "More",
  log: "Messages",
  you: "You: ",
  helper: "Helper: ",
  welcome: "Say what is wrong in your own words. You will get a few short questions. It takes about three minutes.",
  consent: "The clinic keeps what you write, so that its staff can read it. You can delete it here at any time.",
  start: "Start",
  field: "Your message",
  send: "Send",
  writing: "The helper is writing",
  choices: "Answers to choose from",
  chosen: "Chosen: ",
  several: "Choose all that fit",
  confirm: "Confirm",
  why: "Why do you ask?",
  understand: "What did you understand?",
  startOver: "Start over",
  print: "Print or save a summary",
  download: "Download my record",
  remove: "Delete this chat",
  counts: (n) => (n === 1 ? "1 answer to choose from." : `${n} answers to choose from.`),
  progress: (n) => `Question ${n}`,
  left: (n) => (n === 1 ? "About 1 question left" : `About ${n} questions left`),
  lastOne: "This may be the last question",
};

export const STATES = {
  sending: "Sending",
  waiting: "Waiting to be sent. It goes out by itself.",
  offline: "You are offline. It goes out when you are back.",
  sent: "Sent",
  failed: "Not sent.",
  long: "Not sent: it is too long. Please send it in parts.",
  refused: "Not sent: it could not be read. Please use other words.",
  stale: "Not sent: this choice is no longer open.",
  again: "Try again",
  edit: "Change it",
  words: "Send it as words",
};

export const NOTICES = {
  offline: "You are offline. You can go on writing: it goes out when you are back.",
  unreachable: "The chat cannot be reached right now. What you wrote is kept here.",
  again: "Try again",
  expired: "This chat has ended, as it was open for a day. What you typed is kept here. Start a new chat with it?",
  gone: "This chat was deleted. Do you want to start a new one?",
  fresh: "Start a new chat",
  later: "Not now",
  divider: "New chat",
  removed: "The chat was deleted.",
  noWindow: "The summary could not be opened. Please allow this page to open a window.",
  noRecord: "The record could not be loaded. Please try again.",
  saved: "Your record was downloaded.",
};

export const ASK = {
  remove: { title: "Delete this chat?", text: "All you wrote here will be removed. This cannot be undone.", yes: "Delete it", no: "Keep it" },
  startOver: { title: "Start over?", text: "The helper forgets your answers and asks again. The clinic can still read the first ones.", yes: "Start over", no: "Go on" },
};

export const CARDS = {
  emergency: "This may be an emergency",
  urgent: "Be seen today",
  book: "Make an appointment",
  self_care: "Care at home",
  appointment: "Your request was sent",
  confirmed: "Your appointment",
  topic: "From the clinic’s page",
  pinned: "Get help now.",
  call: (number) => `Call ${number}`,
  reference: "Reference",
  online: "Book online",
  calendar: "Add to calendar",
};

export const MAP = {
  picture: "Picture",
  list: "List",
  how: "Show it as",
  front: "Front",
  back: "Back",
  left: "Left",
  right: "Right",
  none: "Nothing chosen yet",
  chosen: "Chosen: ",
  hint: "Tap where it hurts. You can pick more than one place.",
  and: " and ",
};

export const BOOKING = {
  name: "First and last name",
  nameError: "Please write your first and last name, without numbers.",
  kind: "How should the clinic reach you?",
  phone: "Phone",
  email: "Email",
  phoneLabel: "US phone number, with area code",
  phoneError: "A US phone number has 10 digits, like (512) 555-0123.",
  emailLabel: "Email address",
  emailError: "An email address looks like ann@example.com.",
  days: "Which days are good?",
  times: "Which times?",
  note: "Anything else about the time? (you may leave this empty)",
  whenError: "Please pick a day or a time, or write when it is good.",
  anyDay: "Any day",
  anyTime: "Any time",
  dayNames: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
  timeNames: ["Morning", "Noon", "Afternoon", "Evening"],
  next: "Continue",
};

export const EDIT = {
  title: "Your answers",
  none: "You have not answered a question yet.",
  change: "Change",
  changeOf: (question) => `Change your answer to: ${question}`,
  label: "What is right?",
  save: "Send the change",
  cancel: "Cancel",
  correction: (text) => `I meant: ${text}`,
};

export const SUMMARY = {
  title: "Summary of your chat",
  made: (when, clinic) => `Made on ${when} from the chat of ${clinic}.`,
  answers: "What you said",
  result: "What the helper said",
  appointment: "Your request for a visit",
  none: "There is no result yet.",
  notes: "This is not a diagnosis. Show it to a clinician if you like.",
  emergency: (number, phone) => `In an emergency call ${number}. The clinic: ${phone}.`,
  print: "Print or save as PDF",
  close: "Close",
};
