import { Inject, Injectable } from '@nestjs/common';
import { type Clock, Conflict, type Uuid } from '@entente/kernel';
import type { Rule } from '@entente/segment';
import {
  createPreview,
  Database,
  openPreviews,
  readWith,
  rulesAt,
  storedRule,
  takeSample,
  type Question,
  type Sample,
  type Tx,
} from '@entente/storage';
import { Answer } from '../http/answer';
import { CLOCK } from '../surroundings';
import { type EditPreview, type Preview, showEdit, showPreview } from './preview-view';
import type { SegmentSize } from './segment-body';
import { checkedRule } from './write-segment';

/** Exact counts that may be open at once: each is a walk over everybody. */
const MOST_OPEN = 20;

export interface PreviewAsked {
  readonly exact: boolean;
  readonly createdBy: Uuid;
}

/** Says of rules, before they are saved, who would be in: from a sample at once, exactly by a job. */
@Injectable()
export class SegmentPreviews {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofRule(json: unknown, asked: PreviewAsked): Promise<Answer<Preview>> {
    const rule = await checkedRule(this.database, json);
    const question = { rule: readWith(rule, await rulesAt(this.database)) };
    const job = asked.exact ? await this.count(question, 'segments', asked) : null;
    return answer(showPreview(rule, await this.sample(question), job));
  }

  /** What a rule that may be published in place of a segment's would change. */
  async ofEdit(key: string, rule: Rule, asked: PreviewAsked): Promise<Answer<EditPreview>> {
    const question = await this.edit(key, rule);
    const job = asked.exact ? await this.count(question, `segments/${key}`, asked) : null;
    return answer(showEdit(rule, await this.sample(question), job));
  }

  /** How many a rule is expected to have. */
  async sizeOf(rule: Rule): Promise<SegmentSize> {
    const question = { rule: readWith(rule, await rulesAt(this.database)) };
    return (await this.sample(question)).sizeOf('matching');
  }

  private async edit(key: string, rule: Rule): Promise<Question> {
    const rules = await rulesAt(this.database);
    const live = rules.get(key);
    const instead = live?.live ? readWith(storedRule(live.rule), rules) : null;
    return { rule: readWith(rule, rules), instead };
  }

  private sample(question: Question): Promise<Sample> {
    return takeSample(this.database, question, { clock: this.clock });
  }

  private count(question: Question, target: string, { createdBy }: PreviewAsked): Promise<Uuid> {
    return this.database.transaction(async (tx) => {
      await refuseMore(tx);
      return createPreview(tx, { question, target, createdBy });
    });
  }
}

const answer = <Body extends Preview>(body: Body): Answer<Body> =>
  body.job === null ? new Answer(200, body) : new Answer(202, body, { location: `/api/v1/jobs/${body.job}` });

async function refuseMore(tx: Tx): Promise<void> {
  if ((await openPreviews(tx)) >= MOST_OPEN)
    throw new Conflict(`${MOST_OPEN} exact counts are open already: wait for one, or cancel one.`);
}
