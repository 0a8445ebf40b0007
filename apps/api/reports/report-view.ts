import { Shown, ShownCounts, ShownList } from '../http/views';

export class Reactions {
  /** Contacts of whom a person did it. */
  @Shown('integer') people!: number;
  /** How often a program did it: a scanner, a mail provider's proxy. */
  @Shown('integer') machines!: number;
}

export class LinkReactions extends Reactions {
  @Shown(String) url!: string;
}

/** audience = notQueued + queued; queued = waiting + sending + sent + failed + refused + canceled + expired + unknown. */
export class Report {
  /** Everybody that a send considered. */
  @Shown('integer') audience!: number;
  /** By reason. */
  @ShownCounts() notQueued!: Record<string, number>;
  @Shown('integer') queued!: number;
  @Shown('integer') waiting!: number;
  @Shown('integer') sending!: number;
  @Shown('integer') sent!: number;
  @Shown('integer') failed!: number;
  @Shown('integer') refused!: number;
  @Shown('integer') canceled!: number;
  @Shown('integer') expired!: number;
  @Shown('integer') unknown!: number;
  /** Whether the sums above hold. */
  @Shown(Boolean) closes!: boolean;
  /** Whether nothing is planned, waiting or being sent. */
  @Shown(Boolean) done!: boolean;
  /** Why messages were failed, refused, canceled or expired: `failed: hard-address`. */
  @ShownCounts() reasons!: Record<string, number>;
  @Shown(Reactions) opens!: Reactions;
  @Shown(Reactions) clicks!: Reactions;
  @ShownList(LinkReactions) links!: LinkReactions[];
  @Shown('integer') optOuts!: number;
  /** By kind. */
  @ShownCounts() bounces!: Record<string, number>;
  /** Contacts that went in, by how their walk stands. */
  @ShownCounts() enrollments!: Record<string, number>;
}
