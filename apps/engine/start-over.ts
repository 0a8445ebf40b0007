/** What a transaction went by has changed under it: it begins again, with nothing done. */
export class StartOver extends Error {
  constructor() {
    super('what this transaction went by has changed');
  }
}
