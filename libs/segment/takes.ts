/** Which values of a measured property take part in what is measured. */
export type Takes = 'any' | 'number' | 'scalar';

const takers = {
  any: () => true,
  number: (value: unknown) => typeof value === 'number',
  scalar: (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
} satisfies Record<Takes, (value: unknown) => boolean>;

export const takesValue = (takes: Takes, value: unknown): boolean => takers[takes](value);
