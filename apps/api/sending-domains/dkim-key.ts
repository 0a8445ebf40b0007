import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Invalid } from '@entente/kernel';

const SELECTOR = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Checks a DKIM key and its selector; the key as PKCS #8. Throws `Invalid`. */
export function checkDkim(selector: string, pem: string): { selector: string; privateKey: string } {
  if (!SELECTOR.test(selector))
    throw Invalid.at('dkim.selector', 'pattern', 'This is not one DNS label.', 'letters, digits and "-"');
  const key = privateKeyOf(pem);
  if (!key || !isStrong(key))
    throw Invalid.at(
      'dkim.privateKey',
      'key',
      'This is not a private key that can sign mails.',
      'PEM with an RSA key of 1,024 bits or more',
    );
  return { selector, privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

const isStrong = (key: KeyObject): boolean =>
  key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024;

/** The value of the TXT record that publishes the key's public half (RFC 6376 section 3.6.1). */
export function dkimRecord(pem: string): string {
  const bytes = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' });
  return `v=DKIM1; k=rsa; p=${bytes.toString('base64')}`;
}
