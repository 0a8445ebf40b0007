import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Database, readTokenKeys } from '@entente/storage';
import { Caller, type Access, type KeyedRequest } from '../access/access';
import { Needs } from '../access/needs';
import { Does } from '../http/documented';
import { ComplaintAnswer, ComplaintBody } from './complaint-body';
import { Complaints } from './complaints';
import { COMPLAINTS, readComplaint } from './read-complaint';

const bodySchema = {
  schema: {
    oneOf: [
      { $ref: getSchemaPath(ComplaintBody) },
      {
        type: 'string',
        description:
          'As `message/rfc822`: a report in the Abuse Reporting Format (RFC 5965), or by Microsoft (JMRP).',
      },
    ],
  },
};

@ApiTags('messages')
@Controller(COMPLAINTS)
export class ComplaintsController {
  constructor(
    private readonly database: Database,
    private readonly complaints: Complaints,
  ) {}

  @Post()
  @HttpCode(200)
  @Needs('publisher')
  @ApiConsumes('application/json', 'message/rfc822')
  @ApiExtraModels(ComplaintBody)
  @ApiBody(bodySchema)
  @Does('Takes a report that a recipient called a mail spam, or opted out by their provider', {
    200: ComplaintAnswer,
  })
  async take(@Req() request: KeyedRequest, @Caller() access: Access): Promise<ComplaintAnswer> {
    const keys = await readTokenKeys(this.database);
    const complaint = await readComplaint(request.body, keys);
    return this.complaints.take(complaint, access);
  }
}
