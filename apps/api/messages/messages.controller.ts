import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { sentFeedback } from '@entente/feedback';
import { type Clock, Conflict, type ContactId, NotFound, type Uuid } from '@entente/kernel';
import {
  Database,
  findContact,
  findMessage,
  lineageOf,
  listMessages,
  type MessageRow,
  settleUnknown,
  tell,
} from '@entente/storage';
import { Needs } from '../access/needs';
import { identityKey } from '../contacts/contact-reference';
import { malformed } from '../http/api-problem';
import { Does } from '../http/documented';
import { type Page, page, pageOf, readCursor } from '../http/page';
import { CLOCK } from '../surroundings';
import { Message, MessagesQuery, SettleBody, showMessage } from './message-view';

interface MessageName {
  readonly contact: ContactId;
  readonly id: Uuid;
}

const NAME = /^([1-9]\d{0,17})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** `17.0197…`: the contact and the message's own id. */
const messageName = {
  transform(text: string): MessageName {
    const match = NAME.exec(text);
    if (!match) throw new NotFound('There is no such message.');
    return { contact: match[1]!, id: match[2]! };
  },
};

@ApiTags('messages')
@Controller('api/v1/messages')
export class MessagesController {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('read')
  @Does('Lists the send ledger: everybody a send considered', { 200: pageOf(Message) })
  async list(@Query() { cursor, limit, contact, ...filter }: MessagesQuery): Promise<Page<Message>> {
    const after = readCursor(cursor, 'number', 'uuid') as [ContactId, Uuid] | undefined;
    const contacts = contact === undefined ? undefined : await this.lineage(contact);
    const rows = await listMessages(this.database, { ...filter, after, contacts, limit: limit + 1 });
    return page(rows, limit, { item: showMessage, cursor: (row) => [row.contact, row.id] });
  }

  @Get(':message')
  @Needs('read')
  @Does('Reads a message', { 200: Message })
  async get(@Param('message', messageName) { contact, id }: MessageName): Promise<Message> {
    return showMessage(existing(await findMessage(this.database, contact, id)));
  }

  @Post(':message/settle')
  @HttpCode(200)
  @Needs('publisher')
  @Does('Says what became of a message whose outcome is unknown', { 200: Message })
  async settle(
    @Param('message', messageName) { contact, id }: MessageName,
    @Body() { as, evidence }: SettleBody,
  ): Promise<Message> {
    const at = this.clock.now();
    return this.database.transaction(async (tx) => {
      const message = existing(await findMessage(tx, contact, id, 'FOR UPDATE'));
      if (message.status !== 'unknown') throw new Conflict(`Its outcome is known: ${message.status}.`);
      await settleUnknown(tx, message, { status: as, evidence, at });
      if (as === 'sent') await tell(tx, [sentFeedback(message, at)]);
      return showMessage(existing(await findMessage(tx, contact, id)));
    });
  }

  /** The contacts that a filter means: none for somebody unknown. */
  private async lineage(reference: string): Promise<ContactId[]> {
    const key = identityKey(reference);
    if (!key)
      throw malformed('contact', 'identity', 'is not an identity', 'email:ana@example.com, user:42, id:1');
    const contact = await findContact(this.database, key);
    return contact === undefined ? [] : lineageOf(this.database, contact);
  }
}

function existing(row: MessageRow | undefined): MessageRow {
  if (!row) throw new NotFound('There is no such message.');
  return row;
}
