import { isTimeZone } from '@entente/segment';

/** How a setting's text becomes its value: what the README calls the type, and `read`, which throws what is wrong. */
export interface Kind<T> {
  readonly type: string;
  read(text: string): T;
}

export const text: Kind<string> = { type: 'text', read: (value) => value };

export const timeZone: Kind<string> = {
  type: 'time zone',
  read: (name) => {
    if (!isTimeZone(name)) throw new Error('must be the IANA name of a time zone, such as Europe/Paris');
    return name;
  },
};

export const list: Kind<readonly string[]> = {
  type: 'comma-separated list',
  read: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
};

export const oneOf = <const T extends string>(...choices: readonly T[]): Kind<T> => ({
  type: choices.map((choice) => `\`${choice}\``).join(', '),
  read: (value) => {
    const choice = choices.find((known) => known === value);
    if (!choice) throw new Error(`must be one of ${choices.join(', ')}`);
    return choice;
  },
});

export const integer = (min: number, max: number): Kind<number> => ({
  type: `integer, ${min} to ${max}`,
  read: (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new Error(`must be an integer from ${min} to ${max}`);
    return number;
  },
});

/** 0 is any free one. */
export const port: Kind<number> = { ...integer(0, 65_535), type: 'port' };

/** An address whose scheme is one of these; without a trailing slash. */
export const url = (...schemes: readonly string[]): Kind<string> => ({
  type: `URL (${schemes.map((scheme) => `\`${scheme}:\``).join(', ')})`,
  read: (value) => {
    const scheme = /^([a-z]+):\/\/[^\s]+$/i.exec(value)?.[1]?.toLowerCase();
    if (!scheme || !schemes.includes(scheme))
      throw new Error(`must start with ${schemes.join(':// or ')}://`);
    return value.replace(/\/+$/, '');
  },
});
