import { markup } from './markup';
import { page } from './page';
import { wordingFor } from './wording';

const troublePage =
  (title: 'notFoundTitle' | 'invalidTitle' | 'troubleTitle', text: 'notFound' | 'invalid' | 'trouble') =>
  (acceptLanguage: string | undefined): string => {
    const { language, say } = wordingFor(acceptLanguage);
    return page(language, say[title], markup`<p>${say[text]}</p>`);
  };

/** The one answer for tokens that are forged, unknown, damaged, or of somebody erased. */
export const notFoundPage = troublePage('notFoundTitle', 'notFound');
export const invalidPage = troublePage('invalidTitle', 'invalid');
export const failedPage = troublePage('troubleTitle', 'trouble');
