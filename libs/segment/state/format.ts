/*
 * The format, version 1: one byte for the version, then an object of what each memory keeps. A value starts with a tag. Whole
 * numbers up to 127 are their own tag; other tags say what follows. Lengths, counts and whole numbers take 7 bits of each byte,
 * the lowest first. An empty buffer is the state without events.
 */
export const VERSION = 1;
export const SMALL = 0x80;
export const tag = {
  nil: 0,
  no: 1,
  yes: 2,
  double: 3,
  positive: 4,
  negative: 5,
  text: 6,
  uuid: 7,
  list: 8,
  object: 9,
};
