import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Clock } from '@entente/kernel';
import { Database } from '@entente/storage';
import { CLOCK } from '../surroundings';
import { CampaignBody } from './campaign-body';
import { campaignRoutes } from './campaign-routes';

const CampaignRoutes = campaignRoutes({
  kind: 'campaign',
  name: 'Campaign',
  body: CampaignBody,
  put: 'Writes the draft of a campaign; what is live stays',
  publish: 'Puts the draft live as a new version, or says what that would do',
  pause: 'Holds a campaign: nobody comes in and nothing is sent',
  cancel: 'Ends a campaign for good: walks end, waiting messages are not sent',
});

@ApiTags('campaigns')
@Controller('api/v1/campaigns')
export class CampaignsController extends CampaignRoutes {
  constructor(database: Database, @Inject(CLOCK) clock: Clock) {
    super(database, clock);
  }
}
