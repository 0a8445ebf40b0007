/** Image proxies that fetch without a person, link scanners of mail gateways, previewers, and programs. */
const automatic = [
  /googleimageproxy/i,
  /yahoomailproxy/i,
  /ggpht\.com/i,
  /bot\b|crawl|spider|slurp/i,
  /preview|facebookexternalhit|whatsapp|telegram|skypeuripreview/i,
  /barracuda|proofpoint|mimecast|symantec|trendmicro|sophos|fortinet|forcepoint|ironport|messagelabs|zscaler/i,
  /safelinks|microsoft (office|outlook) .*scan|urldefense/i,
  /curl|wget|libwww|python|java\/|okhttp|go-http-client|axios|node-fetch|undici|ruby|perl|php\//i,
  /headless|phantomjs|puppeteer|playwright|selenium/i,
];

/** Apple's Mail Privacy Protection sends these words and no more. */
const MAIL_PRIVACY_PROTECTION = /^Mozilla\/5\.0$/;

/** Whether a user agent is a program by its own words; a missing one is. Only the first 500 characters are read. */
export function isAutomatic(userAgent: string | undefined): boolean {
  const agent = (userAgent ?? '').trim().slice(0, 500);
  return (
    agent === '' || MAIL_PRIVACY_PROTECTION.test(agent) || automatic.some((pattern) => pattern.test(agent))
  );
}
