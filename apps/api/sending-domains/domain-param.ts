import { normalizeDomain } from '@entente/event';
import { Invalid, NotFound } from '@entente/kernel';

/** The domain in an address of something that should exist. */
export const existingDomain = {
  transform(text: string): string {
    const domain = normalizeDomain(text);
    if (!domain) throw new NotFound('There is no such sending domain.');
    return domain;
  },
};

/** The domain in an address of something that may be made. */
export const newDomain = {
  transform(text: string): string {
    const domain = normalizeDomain(text);
    if (!domain)
      throw Invalid.at(
        'domain',
        'domain',
        'This is not a domain that can send mail.',
        'such as shop.example',
      );
    return domain;
  },
};
