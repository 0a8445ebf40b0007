import type { Mailing } from '../recipients';
import { markup } from './markup';
import { page } from './page';
import { wordingFor } from './wording';

/** Asks once, with one button. */
export function askPage(acceptLanguage: string | undefined, { sender, topic }: Mailing): string {
  const { language, say } = wordingFor(acceptLanguage);
  return page(
    language,
    say.unsubscribeTitle,
    markup`<p>${topic ? say.unsubscribeAsk(topic.name, sender) : say.unsubscribeAskAll(sender)}</p>
<form method="post">
<button name="page" value="unsubscribe">${say.unsubscribeButton}</button>
</form>`,
  );
}

/** Says that it is done, and where single topics can be chosen. `preferences` is a token. */
export function donePage(
  acceptLanguage: string | undefined,
  { topic }: Mailing,
  preferences: string,
): string {
  const { language, say } = wordingFor(acceptLanguage);
  return page(
    language,
    say.unsubscribedTitle,
    markup`<p class="done" role="status">${topic ? say.unsubscribed(topic.name) : say.unsubscribedAll}</p>
<p><a href="../p/${preferences}">${say.toPreferences}</a></p>`,
  );
}
