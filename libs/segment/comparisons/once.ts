import { canonicalJson } from '@entente/kernel';

/** Makes something once for each object, and remembers it as long as there is the object. */
export function once<From extends object, Made>(make: (from: From) => Made): (from: From) => Made {
  const made = new WeakMap<From, Made>();
  return (from) => {
    let one = made.get(from);
    if (one === undefined) {
      one = make(from);
      made.set(from, one);
    }
    return one;
  };
}

/** As `once`, for all plain objects that say the same. When there are too many of them, all are forgotten. */
export function onceForEqual<From extends object, Made>(make: (from: From) => Made): (from: From) => Made {
  const made = new Map<string, Made>();
  return (from) => {
    const text = canonicalJson(from);
    let one = made.get(text);
    if (one === undefined) {
      one = make(from);
      if (made.size >= MOST_KEPT) made.clear();
      made.set(text, one);
    }
    return one;
  };
}

const MOST_KEPT = 1_000;
