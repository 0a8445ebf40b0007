/** What a definition may refer to; an unknown name is a problem. */
export interface Known {
  topic(key: string): boolean;
  from(key: string): boolean;
  template(key: string, version?: number): boolean;
  segment(key: string): boolean;
  /** A segment of which entries and exits are told. */
  teller(key: string): boolean;
  list(key: string): boolean;
  /** Whether what is read was taken when it was written, by whatever release. */
  readonly stored?: true;
}

/** For what was checked when it was written: what it names may be gone by now. */
export const asStored: Known = {
  topic: () => true,
  from: () => true,
  template: () => true,
  segment: () => true,
  teller: () => true,
  list: () => true,
  stored: true,
};
