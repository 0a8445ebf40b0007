import type { Topic } from '../recipients';
import { markup, type Html } from './markup';
import { page } from './page';
import { wordingFor, type Wording } from './wording';

/** A topic, and whether its mails may go to the address the link was mailed to. */
export interface Choice {
  readonly topic: Topic;
  readonly on: boolean;
}

/** What was just done, to be said at the top. */
export type PreferencesNotice = 'saved' | 'everything';

export function preferencesPage(
  acceptLanguage: string | undefined,
  choices: readonly Choice[],
  notice?: PreferencesNotice,
): string {
  const { language, say } = wordingFor(acceptLanguage);
  return page(
    language,
    say.preferencesTitle,
    markup`${noticeOf(say, notice)}<p>${say.preferencesIntro}</p>
<form method="post">
${choices.length > 0 ? topics(say, choices) : markup`<p class="soft">${say.preferencesNone}</p>`}
<p><button class="quiet" name="page" value="everything">${say.everythingButton}</button></p>
</form>`,
  );
}

function noticeOf(say: Wording, notice: PreferencesNotice | undefined): Html | undefined {
  if (!notice) return undefined;
  return markup`<p class="done" role="status">${notice === 'saved' ? say.preferencesSaved : say.everythingDone}</p>
`;
}

const topics = (say: Wording, choices: readonly Choice[]): Html =>
  markup`<fieldset>
<legend>${say.preferencesLegend}</legend>
${choices.map(checkbox)}</fieldset>
<p><button name="page" value="preferences">${say.preferencesSave}</button></p>`;

/** `shown` tells which topics this page offered: only those are read from what it posts. */
function checkbox({ topic: { key, name, description }, on }: Choice): Html {
  const id = `topic-${key}`;
  const about = description
    ? {
        attribute: markup` aria-describedby="${id}-about"`,
        text: markup`<p class="soft" id="${id}-about">${description}</p>`,
      }
    : undefined;
  return markup`<div class="topic">
<input type="checkbox" id="${id}" name="topic" value="${key}"${on ? markup` checked` : undefined}${about?.attribute}>
<label for="${id}">${name}</label>
${about?.text}
<input type="hidden" name="shown" value="${key}">
</div>
`;
}

/** The words under which somebody ticked a topic, as evidence of what they agreed to. */
export function wordingShown(
  acceptLanguage: string | undefined,
  topic: Topic,
): Readonly<Record<string, string>> {
  const { language, say } = wordingFor(acceptLanguage);
  return {
    language,
    title: say.preferencesTitle,
    intro: say.preferencesIntro,
    label: topic.name,
    description: topic.description,
    button: say.preferencesSave,
  };
}
