export * from './database/binary-array';
export * from './database/database';
export * from './database/definitions';
export * from './database/installation';
export * from './database/leases';
export * from './database/listen';
export * from './database/migrate';
export * from './database/open-database';
export * from './database/share-leases';

export * from './embedded/embedded-server';
export * from './embedded/folder-lock';

export * from './contact/contact-views';
export * from './contact/contacts';
export * from './contact/deferred-events';
export * from './contact/common-event-names';
export * from './contact/events';
export * from './contact/past-events';
export * from './contact/identity-links';
export * from './contact/persons';
export * from './contact/profile-rereads';
export * from './contact/repairs';
export * from './contact/timers';

export * from './company/companies';
export * from './company/company-rereads';
export * from './company/company-views';
export * from './company/joinings';
export * from './company/tellings';

export {
  isAddressChanged,
  noteAddressChanges,
  tellOfChanges,
  type AddressChange,
} from './permission/address-words';
export * from './permission/addresses';
export * from './permission/complaints';
export * from './permission/gate-facts';
export * from './permission/permission-ledger';
export * from './permission/permission-requests';
export * from './permission/permission-views';
export * from './permission/permissions';
export * from './permission/suppressions';
export { entryText } from './permission/permission-feedback';

export { ageOf } from './database/age-of';
export * from './segment/cancel-build';
export * from './segment/find-deviating';
export * from './segment/find-instants';
export * from './segment/forget-memberships';
export * from './segment/kept-series';
export * from './segment/load-facts';
export * from './segment/membership-history';
export * from './segment/memberships';
export * from './segment/publish-segment';
export * from './segment/segment-builds';
export * from './segment/segment-swaps';
export * from './segment/segment-metrics';
export * from './segment/segment-rules';
export * from './segment/segment-sizes';
export * from './segment/segments';
export * from './segment/stored-rule';
export * from './segment/write-verdicts';

export * from './campaign/campaign-runs';
export * from './campaign/campaigns';
export * from './campaign/end-canceled';
export * from './campaign/enrollments';
export * from './campaign/reports';
export * from './campaign/send-ledger';
export * from './campaign/tell-passages';

export * from './message/message-material';
export * from './message/message-views';
export * from './message/messages';
export * from './message/sender-presence';
export * from './message/subject-of';
export * from './message/withheld';
export * from './message/token-keys';

export { changeMembers, type HowTold, type MemberChange } from './list/change-members';
export * from './list/forget-lists';
export * from './list/list-members';
export * from './list/lists';

export * from './authored/authored';
export * from './authored/from-addresses';
export * from './authored/sending-domains';
export * from './authored/sources';
export * from './authored/templates';
export * from './authored/topics';

export * from './import';

export * from './preview';

export * from './access-keys';
export * from './audit';
export * from './housekeeping';
export * from './idempotent-requests';
export * from './jobs';
export * from './outbox';
export * from './set-aside';
export * from './set-aside-views';
