/** A text that others wrote, without the addresses in it: whoever refuses or reports somebody likes to repeat whom. */
export const withoutAddresses = (text: string): string => text.replace(ADDRESS, '[address]');

/** It begins with its word, lest a long one without an address be looked through again from each of its letters. */
const ADDRESS = /(?<![^\s<>"'()])[^\s<>"'()]+@[^\s<>"'()]+/g;
