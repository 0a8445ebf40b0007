import {
  checkItem,
  type Checked,
  type Envelope,
  type Fact,
  type FactType,
  type JsonPath,
} from '@entente/event';
import {
  Invalid,
  isObject,
  parseInstant,
  type Instant,
  type JsonObject,
  type Problem,
} from '@entente/kernel';
import { HttpException } from '@nestjs/common';
import type { TrackingBody } from './tracking-body';

/** What the whole request says: who sent it, when it came, and which call its address names (a batch: none). */
export interface Sender {
  readonly source: number;
  readonly receivedAt: Instant;
  readonly type?: FactType;
  readonly newId: () => string;
}

/** An item that was refused: its place in the batch, and why. */
export interface ItemError {
  readonly index: number;
  readonly messageId?: string;
  readonly problems: readonly Problem[];
}

export interface ReadItems {
  readonly facts: readonly Fact[];
  readonly errors: readonly ItemError[];
}

const MOST_ITEMS = 5_000;
/** A batch's shared context is written into every record, so it multiplies. */
const MOST_SHARED_CHARACTERS = 2_000_000;
/** Refused items whose problems are told in full; of further ones the first problem is. */
const FULLY_TOLD = 100;

/** The facts of a request in its order, and what was refused. Throws when it is not a batch at all. */
export function readItems(body: TrackingBody, sender: Sender): ReadItems {
  return sender.type ? readOne(body, sender) : readBatch(body, sender);
}

function readOne({ fields, inexact }: TrackingBody, sender: Sender): ReadItems {
  const checked = checkItem(fields, sender);
  const problems = allProblems(checked, inexact.map(inexactProblem));
  if ('fact' in checked && problems.length === 0) return { facts: [checked.fact], errors: [] };
  return { facts: [], errors: [errorOf(0, fields, problems)] };
}

function readBatch({ fields, inexact }: TrackingBody, sender: Sender): ReadItems {
  const items = itemsOf(fields);
  const envelope = envelopeOf(fields, sender, items.length);
  const lost = inexactByItem(inexact);
  const facts: Fact[] = [];
  const errors: ItemError[] = [];
  items.forEach((item, index) => {
    const checked = checkItem(item, envelope);
    const problems = allProblems(checked, lost.get(index));
    if ('fact' in checked && problems.length === 0) facts.push(checked.fact);
    else errors.push(errorOf(index, item, errors.length < FULLY_TOLD ? problems : problems.slice(0, 1)));
  });
  return { facts, errors };
}

/** The problems of the item's values and those of its text; a number may have both. */
function allProblems(checked: Checked, lost: readonly Problem[] = []): readonly Problem[] {
  const found = 'problems' in checked ? checked.problems : [];
  return [...found, ...lost.filter(({ path }) => found.every((one) => one.path !== path))];
}

function itemsOf({ batch }: TrackingBody['fields']): readonly unknown[] {
  if (!Array.isArray(batch)) throw Invalid.at('batch', 'type', 'batch is not an array of items.');
  if (batch.length === 0) throw Invalid.at('batch', 'missing', 'batch has no items.');
  if (batch.length > MOST_ITEMS) throw new HttpException(`A batch has at most ${MOST_ITEMS} items.`, 413);
  return batch;
}

function envelopeOf(fields: TrackingBody['fields'], sender: Sender, items: number): Envelope {
  const sentAt = typeof fields.sentAt === 'string' ? parseInstant(fields.sentAt) : undefined;
  const context = fields.context;
  if (!isObject(context)) return { ...sender, sentAt };
  if (JSON.stringify(context).length * items > MOST_SHARED_CHARACTERS)
    throw new HttpException('The context of the batch is too large for so many items.', 413);
  return { ...sender, sentAt, defaults: { context: context as JsonObject } };
}

/** The problems of lost digits by item; those outside of any item harm nobody. */
function inexactByItem(paths: readonly JsonPath[]): Map<number, Problem[]> {
  const byItem = new Map<number, Problem[]>();
  for (const [field, index, ...path] of paths) {
    if (field !== 'batch' || typeof index !== 'number') continue;
    byItem.set(index, [...(byItem.get(index) ?? []).slice(0, 19), inexactProblem(path)]);
  }
  return byItem;
}

function inexactProblem(path: JsonPath): Problem {
  const at = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
  const message = `${at || 'the item'} has more digits than a double can hold`;
  return { path: at, code: 'number', message, expected: 'the number as text' };
}

function errorOf(index: number, item: unknown, problems: readonly Problem[]): ItemError {
  const messageId = isObject(item) ? item.messageId : undefined;
  return typeof messageId === 'string' && messageId.length <= 200
    ? { index, messageId, problems }
    : { index, problems };
}
