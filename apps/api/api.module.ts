import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { Metrics, type Resources } from '@entente/runtime';
import { Database } from '@entente/storage';
import { AccessGuard } from './access/access-guard';
import { BroadcastsController } from './broadcasts/broadcasts.controller';
import { CampaignsController } from './campaigns/campaigns.controller';
import { CompaniesController } from './companies/companies.controller';
import { Complaints } from './complaints/complaints';
import { ComplaintsController } from './complaints/complaints.controller';
import { ContactWrites } from './contacts/contact-writes';
import { ContactsController } from './contacts/contacts.controller';
import { WhyController } from './contacts/why.controller';
import { PermissionActs } from './contacts/permission-acts';
import { MembershipsController } from './contacts/memberships.controller';
import { MergesController } from './contacts/merges.controller';
import { PermissionsController } from './contacts/permissions.controller';
import { FromAddressesController } from './from-addresses/from-addresses.controller';
import { AnswerInterceptor } from './http/answer';
import { CheckedPipe } from './http/checked-pipe';
import { DatabaseErrorsInterceptor } from './http/database-errors';
import { IdempotencyInterceptor } from './http/idempotency';
import { KnownQueryGuard } from './http/known-query';
import { ImportsController } from './imports/imports.controller';
import { JobsController } from './jobs/jobs.controller';
import { AuditController } from './keys/audit.controller';
import { KeysController } from './keys/keys.controller';
import { ListsController } from './lists/lists.controller';
import { MessagesController } from './messages/messages.controller';
import { ReportsController } from './reports/reports.controller';
import { SegmentPreviews } from './segments/previews';
import { SegmentInsightController } from './segments/segment-insight.controller';
import { SegmentsController } from './segments/segments.controller';
import { SendingDomainsController } from './sending-domains/sending-domains.controller';
import { SetAsideController } from './set-aside/set-aside.controller';
import { SourcesController } from './sources/sources.controller';
import { WriteKeysController } from './sources/write-keys.controller';
import { CLOCK, LOG, MAILER, SETTINGS, STREAM } from './surroundings';
import { Previews } from './templates/previews';
import { TemplatesController } from './templates/templates.controller';
import { TestMails } from './templates/test-mails';
import { TopicsController } from './topics/topics.controller';

/** Every controller of the API, in the order the documentation shows them. */
export const controllers: Type[] = [
  ContactsController,
  WhyController,
  MembershipsController,
  MergesController,
  PermissionsController,
  CompaniesController,
  ImportsController,
  ListsController,
  SegmentsController,
  SegmentInsightController,
  CampaignsController,
  BroadcastsController,
  ReportsController,
  MessagesController,
  ComplaintsController,
  TemplatesController,
  TopicsController,
  FromAddressesController,
  SendingDomainsController,
  JobsController,
  SourcesController,
  WriteKeysController,
  KeysController,
  AuditController,
  SetAsideController,
];

/** What every request goes through: guards in this order, then interceptors from the outside in, then the pipe. */
const habits = [
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: APP_GUARD, useClass: KnownQueryGuard },
  { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
  { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  { provide: APP_INTERCEPTOR, useClass: DatabaseErrorsInterceptor },
  { provide: APP_PIPE, useClass: CheckedPipe },
];

@Module({})
export class ApiModule {
  static of({ database, stream, mailer, clock, settings, log }: Resources, metrics: Metrics): DynamicModule {
    return {
      module: ApiModule,
      controllers,
      providers: [
        { provide: Database, useValue: database },
        { provide: STREAM, useValue: stream },
        { provide: MAILER, useValue: mailer },
        { provide: CLOCK, useValue: clock },
        { provide: SETTINGS, useValue: settings },
        { provide: LOG, useValue: log },
        { provide: Metrics, useValue: metrics },
        Complaints,
        ContactWrites,
        PermissionActs,
        Previews,
        SegmentPreviews,
        TestMails,
        ...habits,
      ],
    };
  }
}
