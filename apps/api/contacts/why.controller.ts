import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Clock, toIso } from '@entente/kernel';
import { Database, lineageOf } from '@entente/storage';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import { malformed } from '../http/api-problem';
import { Does } from '../http/documented';
import { CLOCK } from '../surroundings';
import { contactOf } from './contact-reference';
import { whyMail } from './why-mail';
import { askedAbout, whyRule, whySegment } from './why-segment';
import { Why, WhyQuery, WhyRuleAnswer, WhyRuleBody } from './why-view';

@ApiTags('contacts')
@Controller('api/v1/contacts/:contact/why')
export class WhyController {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('read')
  @Does('Why they are (not) in a segment, or did (not) get a mail', { 200: Why })
  async why(
    @Param('contact') reference: string,
    @Query() query: WhyQuery,
    @Caller() access: Access,
  ): Promise<Why> {
    const { kind, key } = questionOf(query);
    const asked = askedAbout(query.asOf, this.clock.now());
    const contact = await contactOf(this.database, reference, access);
    const person = { contact, lineage: await lineageOf(this.database, contact) };
    const because =
      kind === 'segment'
        ? { segment: await whySegment(this.database, contact, key, asked) }
        : await whyMail(this.database, person, { kind, key, now: asked.now });
    return { contact: `id:${contact}`, asOf: toIso(asked.now), ...because };
  }

  @Post()
  @HttpCode(200)
  @Needs('read')
  @Does('Whether and why a rule that is not saved holds for them', { 200: WhyRuleAnswer })
  async whyRule(
    @Param('contact') reference: string,
    @Body() { rule, asOf }: WhyRuleBody,
    @Caller() access: Access,
  ): Promise<WhyRuleAnswer> {
    const asked = askedAbout(asOf, this.clock.now());
    const contact = await contactOf(this.database, reference, access);
    const because = await whyRule(this.database, contact, rule, asked);
    return { contact: `id:${contact}`, asOf: toIso(asked.now), ...because };
  }
}

/** The one thing that is asked about. */
function questionOf(query: WhyQuery): { kind: 'campaign' | 'broadcast' | 'segment'; key: string } {
  const asked = (['campaign', 'broadcast', 'segment'] as const).filter((kind) => query[kind] !== undefined);
  if (asked.length !== 1)
    throw malformed('', 'question', 'Ask about one thing.', 'one of campaign, broadcast and segment');
  const kind = asked[0]!;
  if (kind !== 'segment' && query.asOf !== undefined)
    throw malformed('asOf', 'question', 'Only a segment can be asked about as of the past.', 'segment');
  return { kind, key: query[kind]! };
}
