/** What authors name what they write by: segments, lists, topics, templates, campaigns. */
export const KEY_PATTERN = '^[a-z0-9][a-z0-9._-]{0,63}$';

export const expectedKey =
  'a key: lower-case letters, digits, ".", "_" and "-", at most 64, beginning with a letter or digit';

const sound = new RegExp(KEY_PATTERN);

export const isKey = (text: unknown): text is string => typeof text === 'string' && sound.test(text);
