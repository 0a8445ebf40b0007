/** What one contact may take of everybody's time. */
export const limits = {
  /** Stored events of a person that a batch goes through for those that come late; who would take more is made anew aside. */
  goneThrough: 500_000,
};

/** Why such a person is marked for repair. */
export const TOO_MANY = 'more events than a batch goes through for one that came late';
