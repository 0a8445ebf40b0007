import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Stale } from '@entente/kernel';
import { malformed } from './api-problem';

/** What If-Match and If-None-Match ask of a thing's revision (undefined: the thing does not exist). Throws `Stale`. */
export type Precondition = (revision: number | undefined) => void;

const TAG = /^(?:W\/)?"[^"]*"$/;

/** RFC 9110 section 13.1: If-Match compares strongly, so a weak tag never matches. */
export function preconditionOf(headers: FastifyRequest['headers']): Precondition {
  const match = tagsOf(headers['if-match'], 'If-Match');
  const none = tagsOf(headers['if-none-match'], 'If-None-Match');
  return (revision) => {
    if (match && !holds(match, revision)) throw new Stale(staleDetail(revision));
    if (none && holds(none, revision)) throw new Stale('If-None-Match: it exists already.');
  };
}

const staleDetail = (revision: number | undefined): string =>
  revision === undefined
    ? 'If-Match: it does not exist.'
    : `If-Match: somebody else was faster, the current ETag is "${revision}". Read it again, then repeat the edit.`;

function tagsOf(header: string | undefined, name: string): readonly string[] | undefined {
  if (header === undefined) return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  const sound = tags.every((tag) => TAG.test(tag)) || (tags.length === 1 && tags[0] === '*');
  if (!sound) throw malformed(name, 'etag', `${name} is malformed.`, 'ETags in quotes, or *');
  return tags;
}

function holds(tags: readonly string[], revision: number | undefined): boolean {
  if (revision === undefined) return false;
  return tags.includes('*') || tags.includes(`"${revision}"`);
}

/** The precondition that the request's headers state. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): Precondition =>
  preconditionOf(context.switchToHttp().getRequest<FastifyRequest>().headers),
);
