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
