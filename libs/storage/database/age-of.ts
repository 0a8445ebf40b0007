/** SQL: how many milliseconds ago an instant was, by the server's clock. */
export const ageOf = (instant: string): string =>
  `(extract(epoch FROM clock_timestamp() - ${instant}) * 1000)::float8`;
