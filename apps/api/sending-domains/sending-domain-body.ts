import { Nested, Text } from '../http/fields';
import { Shown, ShownInstant } from '../http/views';

export class DkimBody {
  @Text({ max: 63, example: 'entente1' })
  selector!: string;

  @Text({ max: 8_000, description: 'PEM; RSA of at least 1,024 bits. It is never shown again.' })
  privateKey!: string;
}

export class SendingDomainBody {
  @Nested(() => DkimBody, {
    optional: true,
    nullable: true,
    description: 'The key that signs mails. Left out: it stays as it is; null: mails are not signed.',
  })
  dkim?: DkimBody | null;
}

export class DkimRecord {
  @Shown(String) selector!: string;
  @Shown(String, { description: 'Name and value of the TXT record that the domain must publish.' })
  recordName!: string;
  @Shown(String) recordValue!: string;
}

export class SendingDomain {
  @Shown(String) domain!: string;
  @Shown(DkimRecord, { nullable: true }) dkim!: DkimRecord | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}
