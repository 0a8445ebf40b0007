import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Clock } from '@entente/kernel';
import { Database } from '@entente/storage';
import { Needs } from '../access/needs';
import { BroadcastBody } from '../campaigns/campaign-body';
import { campaignRoutes } from '../campaigns/campaign-routes';
import { Does } from '../http/documented';
import { existingKey } from '../http/key-param';
import { CLOCK } from '../surroundings';
import { Audience, countAudience } from './audience';

const BroadcastRoutes = campaignRoutes({
  kind: 'broadcast',
  name: 'Broadcast',
  body: BroadcastBody,
  put: 'Writes the draft of a broadcast; what is planned stays',
  publish: 'Plans the broadcast for its instant, or says what that would do',
  pause: 'Holds a broadcast: nothing more is sent',
  cancel: 'Ends a broadcast for good: waiting messages are not sent',
});

@ApiTags('broadcasts')
@Controller('api/v1/broadcasts')
export class BroadcastsController extends BroadcastRoutes {
  constructor(database: Database, @Inject(CLOCK) clock: Clock) {
    super(database, clock);
  }

  @Get(':key/audience')
  @Needs('read')
  @Does('Counts who would get it now, and who would not, by reason', { 200: Audience })
  async audience(@Param('key', existingKey) key: string): Promise<Audience> {
    return countAudience(this.database, await this.drafts.find(this.database, key));
  }
}
