import { Text, Texts } from '../http/fields';
import { Shown, ShownInstant, ShownList } from '../http/views';

export class ListBody {
  @Text({ optional: true, description: 'How people call it (the key).', example: 'Very important people' })
  name?: string;

  @Text({ optional: true, min: 0, max: 2_000, example: 'Picked by the sales team.' })
  description = '';
}

export class List {
  @Shown(String) key!: string;
  @Shown(String) name!: string;
  @Shown(String) description!: string;
  @Shown('integer', { description: 'People on it.' }) members!: number;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

export class ListMember {
  @Shown(String) contact!: string;
  @Shown(String, { nullable: true }) email!: string | null;
  @ShownInstant() since!: string;
}

const references = {
  optional: true,
  max: 1_000,
  example: ['email:ana@example.com', 'user:42', 'crm:17'],
} as const;

export class MembersBody {
  @Texts({ ...references, description: 'Contacts to put on the list, by any identity.' })
  add: string[] = [];

  @Texts({ ...references, description: 'Contacts to take off the list.' })
  remove: string[] = [];
}

export class MemberProblem {
  @Shown(String, { description: 'Which of the contacts given: `add[3]`.' }) path!: string;
  @Shown(String) code!: string;
  @Shown(String) message!: string;
  @Shown(String) expected!: string;
}

export class MembersAnswer {
  @Shown('integer', { description: 'People who were not on it before.' }) joined!: number;
  @Shown('integer') left!: number;
  @Shown('integer', { description: 'Whom nothing changed for.' }) unchanged!: number;
  @ShownList(MemberProblem, { description: 'Contacts that could not be found; the others were dealt with.' })
  problems!: MemberProblem[];
}
