import type { Mail } from '@entente/message';

/** A mail such as the sender makes, with changes. */
export const mailFor = (changes: Partial<Mail> = {}): Mail => ({
  from: { name: 'La Boutique d’Ana', address: 'news@shop.example' },
  to: 'ana@example.com',
  subject: 'Bonjour Ana, voilà',
  html: '<p>Voilà = tout.</p>\n.\n<p>Fin</p>',
  text: 'Voilà = tout.\n.\n..\nFin ',
  headers: {
    'List-Unsubscribe': '<https://mail.shop.example/u/token>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': 'Newsletter <newsletter.shop.example>',
    'Feedback-ID': 'welcome:newsletter:marketing:shop-example',
    'Auto-Submitted': 'auto-generated',
    Precedence: 'bulk',
  },
  envelopeFrom: 'news@shop.example',
  messageId: '<0192aa00-1111-8222-8333-444455556666@shop.example>',
  date: Date.UTC(2026, 10, 23, 9, 30),
  ...changes,
});
