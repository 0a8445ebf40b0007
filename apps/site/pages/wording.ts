/** All that the pages say, in one language. A language is one more object here and one line in `wordings`. */
const english = {
  unsubscribeTitle: 'Unsubscribe?',
  unsubscribeAsk: (topic: string, sender?: string) =>
    `You will get no more mails about “${topic}”${sender ? ` from ${sender}` : ''}.`,
  unsubscribeAskAll: (sender?: string) =>
    sender
      ? `You will get no more mails of this kind from ${sender}.`
      : 'You will get no more mails of this kind.',
  unsubscribeButton: 'Unsubscribe',
  unsubscribedTitle: 'You are unsubscribed',
  unsubscribed: (topic: string) => `From now on, no mail about “${topic}” will be sent to you.`,
  unsubscribedAll: 'From now on, no mail of this kind will be sent to you.',
  toPreferences: 'Choose what you receive',
  preferencesTitle: 'What may we send you?',
  preferencesIntro: 'Tick what you would like to receive by e-mail. You can change this at any time.',
  preferencesLegend: 'Topics',
  preferencesNone: 'There is nothing to choose from at the moment.',
  preferencesSave: 'Save my choice',
  preferencesSaved: 'Your choice is saved and holds from now on.',
  everythingButton: 'Unsubscribe from everything',
  everythingDone: 'You are unsubscribed from everything. No such mail will be sent to you from now on.',
  notFoundTitle: 'This link does not work',
  notFound:
    'It may be incomplete or no longer in use. Please use the link in the latest mail you got, or answer that mail.',
  invalidTitle: 'Nothing was changed',
  invalid: 'Your request could not be understood. Please go back and use the button on the page.',
  troubleTitle: 'This did not work',
  trouble: 'Something went wrong on our side, and nothing was changed. Please try again in a few minutes.',
};

export type Wording = typeof english;

const wordings = { en: english } satisfies Record<string, Wording>;
export type Language = keyof typeof wordings;

/** The language to use for what the browser prefers, and its words. */
export function wordingFor(acceptLanguage: string | undefined): { language: Language; say: Wording } {
  const preferred = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((range) => range.trim().slice(0, 2).toLowerCase());
  const language = preferred.find((code): code is Language => Object.hasOwn(wordings, code)) ?? 'en';
  return { language, say: wordings[language] };
}
