import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** A mail as it arrived. */
export interface ReceivedMail {
  /** The message's id, which its Message-ID carries. */
  readonly id: string;
  readonly to: string;
  readonly oneClickUrl: string | undefined;
}

/** A mail server that keeps every mail, and takes its time to say so. */
export interface SlowInbox {
  readonly url: string;
  /** In the order in which they arrived. */
  readonly mails: readonly ReceivedMail[];
  close(): Promise<void>;
}

/** Slower than an answer needs to be, so that there is something to interrupt. */
export const ANSWER_WITHIN_MS = 300;

/** Between a mail's arrival and the answer to it its sender may be killed, which then cannot know. */
export async function openSlowInbox(answerWithinMs: number): Promise<SlowInbox> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 500,
    logger: false,
    onData: (stream, session, done) =>
      void contentOf(stream).then(async (raw) => {
        mails.push(read(raw, session.envelope.rcptTo.map(({ address }) => address).join()));
        await sleep(Math.random() * answerWithinMs);
        done();
      }, done),
  });
  server.on('error', () => undefined); // a sender that was killed
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function contentOf(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

function read(raw: string, to: string): ReceivedMail {
  const header = headersOf(raw);
  return {
    id: /^<([0-9a-f-]{36})@/.exec(header('message-id'))?.[1] ?? '?',
    to,
    oneClickUrl: /<(https?:[^>]+)>/.exec(header('list-unsubscribe'))?.[1],
  };
}

/** Gives the unfolded text of a header, or nothing. */
function headersOf(raw: string): (name: string) => string {
  const lines = raw
    .split('\r\n\r\n', 1)[0]!
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  return (name) =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? '';
}
