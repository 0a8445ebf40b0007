/** The write key of a request: the user of its Basic authorization, or `writeKey` of its body; '' when it has neither. */
export function writeKeyOf(
  authorization: string | undefined,
  body: Readonly<Record<string, unknown>>,
): string {
  const basic = authorization === undefined ? undefined : basicUser(authorization);
  if (basic) return basic;
  return typeof body.writeKey === 'string' ? body.writeKey : '';
}

function basicUser(authorization: string): string | undefined {
  const encoded = /^basic\s+([a-z0-9+/_=-]{1,1000})$/i.exec(authorization)?.[1];
  return encoded && Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0];
}
