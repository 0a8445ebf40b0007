import type { ParsedMail } from 'mailparser';

/** The unfolded text of a header, where the mail has it. */
export function headerText(mail: ParsedMail, name: string): string | undefined {
  const line = mail.headerLines.find(({ key }) => key === name)?.line;
  return line
    ?.slice(line.indexOf(':') + 1)
    .replace(/\r?\n[ \t]+/g, ' ')
    .trim();
}

/** Where a mailbox provider would send its one-click opt-out (RFC 8058), if the mail offers that. */
export function oneClickUrl(mail: ParsedMail): string | undefined {
  if (headerText(mail, 'list-unsubscribe-post') !== 'List-Unsubscribe=One-Click') return undefined;
  return /<(https?:\/\/[^<>\s]+)>/i.exec(headerText(mail, 'list-unsubscribe') ?? '')?.[1];
}

/** Does what a mailbox provider does when its user presses "unsubscribe"; gives the status answered. */
export async function unsubscribe(url: string): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  });
  return response.status;
}
