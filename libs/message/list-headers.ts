/** What the headers of a topic's mail are made from. */
export interface ListHeaders {
  readonly unsubscribeUrl: string;
  /** A mailbox whose mails are read as opt-outs, when there is one. */
  readonly unsubscribeMailbox?: string;
  readonly topic: string;
  readonly topicName: string;
  readonly campaign: string;
  readonly domain: string;
}

/** The headers that let mail programs unsubscribe, sort and attribute a mail (RFC 2369, 2919, 3834, 8058). */
export function listHeaders(list: ListHeaders): Record<string, string> {
  const mailbox = list.unsubscribeMailbox ? `, <mailto:${list.unsubscribeMailbox}?subject=unsubscribe>` : '';
  return {
    'List-Unsubscribe': `<${list.unsubscribeUrl}>${mailbox}`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': `${phrase(list.topicName)} <${label(list.topic)}.${list.domain}>`,
    'Feedback-ID': [list.campaign, list.topic, 'marketing', label(list.domain).slice(0, 15)]
      .map(label)
      .join(':'),
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    Precedence: 'bulk',
  };
}

/** Letters, digits and inner hyphens, as a domain's label has them. */
const label = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63) || 'list';

/** Words that need neither quotes nor encoding before an angle bracket. */
const phrase = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9 ]+/g, '')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, 60);
