import { Shown, ShownCounts, ShownList } from '../http/views';

export class Reactions {
  @Shown('integer', { description: 'Contacts of whom a person did it.' }) people!: number;
  @Shown('integer', { description: "How often a program did it: a scanner, a mail provider's proxy." })
  machines!: number;
}

export class LinkReactions extends Reactions {
  @Shown(String) url!: string;
}

/** audience = notQueued + queued; queued = waiting + sending + sent + failed + refused + canceled + expired + unknown. */
export class Report {
  @Shown('integer', { description: 'Everybody that a send considered.' }) audience!: number;
  @ShownCounts({ description: 'By reason.' }) notQueued!: Record<string, number>;
  @Shown('integer') queued!: number;
  @Shown('integer') waiting!: number;
  @Shown('integer') sending!: number;
  @Shown('integer') sent!: number;
  @Shown('integer') failed!: number;
  @Shown('integer') refused!: number;
  @Shown('integer') canceled!: number;
  @Shown('integer') expired!: number;
  @Shown('integer') unknown!: number;
  @Shown(Boolean, { description: 'Whether the sums above hold.' }) closes!: boolean;
  @Shown(Boolean, { description: 'Whether nothing is planned, waiting or being sent.' }) done!: boolean;
  @ShownCounts({
    description: 'Why messages were failed, refused, canceled or expired: `failed: hard-address`.',
  })
  reasons!: Record<string, number>;
  @Shown(Reactions) opens!: Reactions;
  @Shown(Reactions) clicks!: Reactions;
  @ShownList(LinkReactions) links!: LinkReactions[];
  @Shown('integer') optOuts!: number;
  @Shown('integer', { description: 'Contacts who called a message spam.' }) complaints!: number;
  @ShownCounts({ description: 'Mails that were refused, by kind.' }) bounces!: Record<string, number>;
  @ShownCounts({ description: 'Contacts that went in, by how their walk stands.' }) enrollments!: Record<
    string,
    number
  >;
}
