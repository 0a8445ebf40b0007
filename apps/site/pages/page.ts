import { Html, markup } from './markup';
import { style } from './style';
import type { Language } from './wording';

/** A whole page; it needs no script and loads nothing. */
export const page = (language: Language, title: string, ...body: readonly Html[]): string =>
  markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
