import { refusal } from '@entente/delivery';
import { type Instant, type JsonObject, NotFound } from '@entente/kernel';
import {
  audienceFacts,
  type CampaignKind,
  type CampaignRow,
  entryText,
  type EnrollmentRow,
  findCampaign,
  listEnrollments,
  listMessages,
  type MessageRow,
  type Tx,
} from '@entente/storage';
import { storedDefinition } from '../campaigns/check-definition';
import { shown } from '../http/views';
import { type Person, whySegment } from './why-segment';
import type { Why, WhyEnrollment, WhyMessage } from './why-view';
import { showCause } from './show-cause';

const MESSAGES = 200;

/** Why somebody got, or did not get, what a campaign or broadcast sends: the stage they came to, the gate, the entry. */
export async function whyMail(
  tx: Tx,
  person: Person,
  wanted: { readonly kind: CampaignKind; readonly key: string; readonly now: Instant },
): Promise<Omit<Why, 'contact' | 'asOf'>> {
  const campaign = await findCampaign(tx, wanted.key);
  if (campaign?.kind !== wanted.kind) throw new NotFound(`There is no ${wanted.kind} ${wanted.key}.`);
  const enrollments = await listEnrollments(tx, person.lineage, wanted.key);
  const messages = await listMessages(tx, {
    contacts: person.lineage,
    campaign: wanted.key,
    limit: MESSAGES,
  });
  const latest = messages.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
  const now = await gateNow(tx, person, campaign);
  return {
    sent: latest?.status === 'sent',
    stage: stageOf(latest, enrollments),
    gate: gateOf(latest, now),
    reason: latest?.reason ?? null,
    entry: latest?.entry ?? now.entry,
    at: shown(latest?.endedAt ?? latest?.createdAt ?? null),
    now: now.refusal,
    enrollments: enrollments.map(showEnrollment),
    messages: messages.map(showMessage),
    segment: await segmentBehind(tx, person, campaign, wanted.now),
  };
}

interface GateNow {
  readonly refusal: { readonly gate: string; readonly reason: string } | null;
  readonly entry: string | null;
}

async function gateNow(tx: Tx, { contact }: Person, { draft, status }: CampaignRow): Promise<GateNow> {
  const facts = (await audienceFacts(tx, [contact], String(draft['topic']))).get(contact);
  const objection = refusal({ ...facts, campaign: status });
  return {
    refusal: objection ? { gate: objection.gate, reason: objection.reason } : null,
    entry: facts?.entry ? entryText(facts.entry) : null,
  };
}

function stageOf(
  latest: MessageRow | undefined,
  enrollments: readonly EnrollmentRow[],
): NonNullable<Why['stage']> {
  if (!latest) return enrollments.length ? 'enrolled' : 'not-started';
  return latest.status === 'not-queued' || latest.status === 'refused' ? 'gate' : latest.status;
}

const gateOfReason: Readonly<Record<string, string>> = {
  erased: 'erased',
  'erasure-unknown': 'erased',
  'no-address': 'address',
  'address-unknown': 'address',
  'suppression-unknown': 'suppressed',
  'opt-out': 'suppressed',
  'hard-bounce': 'suppressed',
  complaint: 'suppressed',
  operator: 'suppressed',
};

/** The gate that refused a message: only its reason is in the ledger. */
function gateOf(latest: MessageRow | undefined, now: GateNow): string | null {
  if (!latest) return now.refusal?.gate ?? null;
  if (latest.reason === null || !['not-queued', 'refused'].includes(latest.status)) return null;
  if (latest.reason.startsWith('campaign-')) return 'paused';
  return gateOfReason[latest.reason] ?? 'permission';
}

/** The segment that a broadcast goes to, or whose entry starts a campaign. */
async function segmentBehind(
  tx: Tx,
  person: Person,
  { kind, draft }: CampaignRow,
  now: Instant,
): Promise<Why['segment']> {
  const triggers = storedDefinition(kind, draft)?.triggers ?? [];
  const key = triggers.map(({ audience, segment }) => audience ?? segment).find((one) => one !== undefined);
  return key === undefined ? null : whySegment(tx, person.contact, key, { now });
}

const showEnrollment = (row: EnrollmentRow): WhyEnrollment => ({
  version: row.version,
  status: row.status,
  cause: showCause(row.cause as JsonObject),
  enteredAt: shown(row.enteredAt)!,
  endedAt: shown(row.endedAt),
  wakesAt: shown(row.wakeAt),
});

const showMessage = (row: MessageRow): WhyMessage => ({
  message: `${row.contact}.${row.id}`,
  step: row.step,
  status: row.status,
  reason: row.reason,
  entry: row.entry,
  at: shown(row.endedAt ?? row.createdAt),
});
