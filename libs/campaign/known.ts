/** What a definition may refer to; an unknown name is a problem. */
export interface Known {
  topic(key: string): boolean;
  from(key: string): boolean;
  template(key: string, version?: number): boolean;
  segment(key: string): boolean;
  list(key: string): boolean;
}
