import type { PipeTransform } from '@nestjs/common';
import { expectedKey, Invalid, isKey, NotFound } from '@entente/kernel';
import { UUID } from './page';

/** The key of a thing that should exist: one that no thing can have is not found. */
export const existingKey: PipeTransform<string, string> = {
  transform(key) {
    if (!isKey(key)) throw new NotFound('There is nothing of this name.');
    return key;
  },
};

/** The key of a thing that may be made. */
export const newKey: PipeTransform<string, string> = {
  transform(key) {
    if (!isKey(key)) throw Invalid.at('key', 'pattern', 'This cannot be a key.', expectedKey);
    return key;
  },
};

/** The id of a thing: what is no UUID is not found. */
export const existingId: PipeTransform<string, string> = {
  transform(id) {
    if (!UUID.test(id)) throw new NotFound('There is nothing with this id.');
    return id;
  },
};

/** A version number: what is none is not found. */
export const existingVersion: PipeTransform<string, number> = {
  transform(version) {
    if (!/^[1-9]\d{0,8}$/.test(version)) throw new NotFound('There is no such version.');
    return Number(version);
  },
};
