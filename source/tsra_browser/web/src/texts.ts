// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** What the page says of each task. */

export interface TaskTexts {
  title: string;
  lead: string;
  hidden: string;
  obstacle: string;
  hint: string;
  outcomes: Record<string, string>;
}

const success = "reached the goal";
const time_out = "ran out of time";

export const TEXTS: Record<string, TaskTexts> = {
  "TSRA-ColorMaze-Rover": {
    title: "Colour maze",
    lead:
      "To a student's sensors (yellow) lava and path look alike: the student of a plain teacher, which sees the lava," +
      " is drawn into it, while an aligned teacher goes around, and its student with it.",
    hidden: "Show the lava, which students cannot see",
    obstacle: "Drop lava ahead",
    hint: "Or click a cell: lava comes or goes. Arrow keys push while a picture has the focus.",
    outcomes: { success, lava: "drove into lava", time_out },
  },
  "TSRA-LimitedView-Rover": {
    title: "Limited view",
    lead:
      "A student sees posts only in a short fan ahead (yellow): the student of a plain teacher, which sees all around" +
      " and drives in any direction, hits what it does not see, while an aligned teacher looks where it goes, and its" +
      " student with it.",
    hidden: "Show the posts that a rover does not see",
    obstacle: "Drop a post ahead",
    hint: "Or click the field: a post comes or goes. Arrow keys push while a picture has the focus.",
    outcomes: { success, collision: "hit a post", time_out },
  },
};
