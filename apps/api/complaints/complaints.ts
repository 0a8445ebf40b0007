import { Inject, Injectable } from '@nestjs/common';
import { reactionTo } from '@entente/feedback';
import { DAY, Invalid, NotFound, type Clock } from '@entente/kernel';
import { Metrics, type Logger } from '@entente/runtime';
import {
  Database,
  enterComplaint,
  enterReportedOptOut,
  findReported,
  type Reported,
  type ReportedMessage,
  type Tx,
} from '@entente/storage';
import type { Access } from '../access/access';
import { ContactWrites } from '../contacts/contact-writes';
import { CLOCK, LOG } from '../surroundings';
import type { ComplaintAnswer } from './complaint-body';
import type { Complaint } from './read-complaint';

/** About older mails nobody complains: such a report proves nothing. */
const LONGEST_AGO = 30 * DAY;

/** What recipients say of mails by way of their providers, carried out. */
@Injectable()
export class Complaints {
  private readonly counted;

  constructor(
    private readonly database: Database,
    private readonly writes: ContactWrites,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Logger,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('reports_total', 'Reports about mails, by what came of them', ['effect']);
  }

  /** Commits what a report asks for. Throws NotFound for one about no mail of ours, Invalid for one that proves nothing or is too old. */
  async take(complaint: Complaint, access: Access): Promise<ComplaintAnswer> {
    const { type, about } = complaint;
    const reaction = reactionTo(type);
    if (reaction === 'none') {
      this.counted.inc({ effect: reaction });
      return { type, effect: 'none', message: null, already: false };
    }
    if (!about) throw this.unsigned();
    const { message, changed } = await this.carryOut({ ...complaint, about });
    access.target = nameOf(message);
    this.counted.inc({ effect: changed ? reaction : 'already' });
    if (reaction === 'alert')
      this.log.warn({ ...complaint.evidence, message: message.id }, 'a report about a mail of ours');
    return {
      type,
      effect: reaction === 'alert' ? 'none' : reaction,
      message: nameOf(message),
      already: !changed,
    };
  }

  private async carryOut({ type, about, at, evidence }: Complaint & Required<Pick<Complaint, 'about'>>) {
    const now = this.clock.now();
    const source = await this.writes.apiSource();
    const outcome = await this.database.transaction(async (tx) => {
      const message = await findReported(tx, about);
      if (!message || message.releasedAt < now - LONGEST_AGO) return { message, old: true };
      const said = Math.min(Math.max(at ?? now, message.releasedAt), now);
      const reported = { said, at: now, source, evidence };
      return { message, changed: await enter(tx, message, type, reported) };
    });
    if ('old' in outcome) throw this.unverified(outcome.message);
    return outcome;
  }

  /** Whoever makes up reports must not silence anybody. */
  private unsigned(): Error {
    this.counted.inc({ effect: 'unverified' });
    return Invalid.at(
      '',
      'unsigned',
      'The report bears nothing that Entente signed: anybody may have written it.',
      'a report with the List-Unsubscribe of the mail; else JSON with its Message-ID, if you know who reports it',
    );
  }

  private unverified(message: ReportedMessage | undefined): Error {
    this.counted.inc({ effect: 'unverified' });
    if (!message) return new NotFound('No mail of ours that this could be about is known.');
    return Invalid.at(
      '',
      'too-old',
      'The mail that this is about left more than 30 days ago.',
      'a newer mail',
    );
  }
}

/** Says whether that changed anything. An alert is for whoever reads the log, each time. */
async function enter(tx: Tx, message: ReportedMessage, type: string, reported: Reported): Promise<boolean> {
  switch (reactionTo(type)) {
    case 'complaint':
      return enterComplaint(tx, message, type, reported);
    case 'opt-out':
      return enterReportedOptOut(tx, message, reported);
    default:
      return true;
  }
}

const nameOf = ({ contact, id }: ReportedMessage): string => `${contact}.${id}`;
