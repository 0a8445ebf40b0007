/** What one contact may take of everybody's time. */
export const limits = {
  /** Stored events of a person that a batch goes through for those that come late; who would take more is made anew aside. */
  goneThrough: 500_000,
  /** Of those whose stored events a transaction needs, where it would be so many of all together, who has more is made anew aside, too. */
  many: 50_000,
};

/** Why such a person is marked for repair. */
export const TOO_MANY = 'more events than are gone through while others wait';
