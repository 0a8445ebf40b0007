/** What one contact may take of everybody's time. Who would take more is made anew aside. */
export const limits = {
  /** Stored events of a person that a transaction reads for one that came late. */
  many: 50_000,
  /** Events of a person that a transaction goes through for all those that come late. */
  goneThrough: 500_000,
  /** Stored events that it reads of all persons for what their states lack, unless nobody of them has many. */
  read: 200_000,
};

/** Why such a person is marked for repair. */
export const TOO_MANY = 'more events than are gone through while others wait';
