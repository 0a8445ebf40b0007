import { DAY } from '@entente/kernel';

/** How large a rule may be. Every bound is named in docs/segments.md. */
export const bounds = {
  /** Levels of nodes, the outermost and the condition included. */
  depth: 20,
  nodes: 500,
  /** Names that one `event` may list. */
  names: 20,
  /** Properties that one `where` may filter by. */
  filters: 20,
  /** Values of one `in`, `notIn`, `hasAny` or `hasAll`. */
  values: 1_000,
  /** Characters of a name, a path or a text to compare with. */
  text: 500,
  /** Patterns in one rule. */
  patterns: 10,
  /** Characters of a pattern, its counted repetitions written out. */
  pattern: 500,
  /** Characters of a text in which a pattern is looked for. */
  matched: 1_000,
  /** Of a polygon. */
  corners: 100,
  /** The highest number that the size of a list may be compared with. */
  size: 1_000_000,
  /** How many days an anniversary may be ahead or back; fewer than a year has. */
  anniversary: 360,
  /** The longest window: what is due then must still be a year of four digits. */
  window: 36_525 * DAY,
  /** The highest number that a count within a window may be compared with; a contact's state keeps that many instants. */
  countWithin: 1_000,
  countEver: 1_000_000_000,
  /** The highest number that a count of different values may be compared with; a contact's state keeps that many values. */
  distinct: 1_000,
  /** Days, weeks or months that regularity looks at. */
  regular: 366,
  /** Steps of a sequence. */
  steps: 10,
  /** A condition that needs the value of each single event goes by so many of one contact, the latest. */
  listed: 10_000,
  /** One that must judge each single event anew, at every event and instant, goes by so many. */
  judged: 1_000,
  /** Problems told at once. */
  problems: 100,
} as const;
