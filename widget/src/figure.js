/* The drawing of the body map: one half of each figure; the other half is its mirror.
   [location, side of the body or "", path]. On the front view the patient's right is on the left. */

export const WIDTH = 150;
export const HEIGHT = 250;

const HEAD = "M75 4c10 0 16 7 16 16 0 11-7 20-16 20s-16-9-16-20c0-9 6-16 16-16z";
const NECK = "M66 38c3 3 6 4 9 4s6-1 9-4l1 11H65z";
const SHOULDER = "M63 50c-11 2-22 4-26 13-2 4-2 8-2 12 7 1 14-1 17-7 3-7 6-13 11-18z";
const ARM = "M34 77c6 1 12 0 16-4l-3 25c-1 12-4 21-8 32l-12-2c-1-12 0-22 2-31 1-8 2-14 5-20z";
const HAND = "M26 130l13 2c2 6 2 11-1 17-3 6-8 8-12 6-5-4-5-15 0-25z";
const LOWER_LEG = "M52 192h20c1 14 0 26-3 38H56c-3-12-5-24-4-38z";
const FOOT = "M56 232h13c1 4 2 6 2 9 0 4-6 6-12 6-7 0-12-2-11-5 1-4 7-5 8-10z";

const FRONT = [
  ["jaw_face", "", HEAD],
  ["neck", "", NECK],
  ["shoulder", "side", SHOULDER],
  ["chest_wall", "", "M65 51h20c5 5 11 10 13 17 1 7 0 12-2 18H54c-2-6-3-11-2-18 2-7 8-12 13-17z"],
  ["abdomen", "", "M54 88h42c0 10 1 17 3 24H51c2-7 3-14 3-24z"],
  ["upper_arm_forearm", "side", ARM],
  ["hand_fingers", "side", HAND],
  ["buttock_hip", "side", "M51 114h23v18H47c0-7 1-12 4-18z"],
  ["thigh_front", "side", "M47 134h27c0 18-1 37-2 56H52c-4-18-6-37-5-56z"],
  ["leg_unspecified", "side", LOWER_LEG],
  ["foot_toes", "side", FOOT],
];

const BACK = [
  ["", "", HEAD],
  ["neck", "", NECK],
  ["shoulder", "side", SHOULDER],
  ["upper_back", "", "M65 51h20c5 5 11 10 13 17v5H52v-5c2-7 8-12 13-17z"],
  ["mid_back", "", "M52 75h46c0 7-1 12-2 17H54c-1-5-2-10-2-17z"],
  ["low_back", "", "M54 94h42c0 7 1 12 3 18H51c2-6 3-11 3-18z"],
  ["upper_arm_forearm", "side", ARM],
  ["hand_fingers", "side", HAND],
  ["buttock_hip", "side", "M51 114h23v26H47c-1-10 1-18 4-26z"],
  ["hamstring", "side", "M47 142h27c0 16-1 32-2 48H52c-4-16-6-32-5-48z"],
  ["calf", "side", LOWER_LEG],
  ["foot_toes", "side", FOOT],
];

/** The regions of a view in reading order: {location, side, path, mirrored}. */
export function regions(view) {
  const near = view === "front" ? "right" : "left"; // the patient's side that is drawn first
  const far = near === "right" ? "left" : "right";
  return (view === "front" ? FRONT : BACK).flatMap(([location, sided, path]) => (sided
    ? [{ location, side: near, path }, { location, side: far, path, mirrored: true }]
    : [{ location, side: "", path }]));
}

/** Locations of the body that have a left and a right. */
export const SIDED = new Set([...FRONT, ...BACK].filter(([, sided]) => sided).map(([location]) => location));
