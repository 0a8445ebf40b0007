import type { ReplyClass } from './outcome';
import type { ReadReply } from './reply';

/** One row: the class, and when a reply is of it. */
export type ReplyRule = readonly [ReplyClass, (reply: ReadReply) => boolean];

const says =
  (...phrases: readonly RegExp[]) =>
  (reply: ReadReply) =>
    phrases.some((phrase) => phrase.test(reply.text));
const enhanced = (pattern: RegExp) => (reply: ReadReply) => pattern.test(reply.enhanced);
const code =
  (...codes: readonly number[]) =>
  (reply: ReadReply) =>
    codes.includes(reply.code);
const both =
  (...tests: readonly ((reply: ReadReply) => boolean)[]) =>
  (reply: ReadReply) =>
    tests.every((test) => test(reply));

const permanent = (reply: ReadReply) => reply.code >= 500;
const transient = (reply: ReadReply) => reply.code < 500;
const noEnhanced = (reply: ReadReply) => reply.enhanced === '' || /^5\.0\.0$/.test(reply.enhanced);
/** Hard classes speak about an address: a permanent reply, given once the server knew the recipient. */
const hard = (reply: ReadReply) => permanent(reply) && reply.aboutRecipient;

const noSuchUser = says(
  /user unknown/,
  /unknown (user|recipient|mailbox)/,
  /no such (user|recipient|mailbox|person|address)/,
  /does ?n[o']t exist/,
  /does not have an? \S+ account/,
  /doesn't have an? \S+ account/,
  /(recipient|mailbox|address|user) not found/,
  /no mailbox (here )?by that name/,
  /invalid (recipient|mailbox)/,
);
const inactive = says(
  /(account|mailbox|user)( \S+){0,8} (is )?(disabled|inactive|deactivated|suspended)/,
  /(disabled|inactive) (account|mailbox|user|recipient)/,
);
const fullMailbox = says(
  /over ?quota/,
  /quota exceeded/,
  /exceeded (its |their )?(storage )?quota/,
  /mailbox (is )?full/,
);
const tooBig = says(/too (big|large)/, /size exceeds/, /exceeds (the )?(maximum|size)/, /message size/);
const tooFast = says(
  /receiving (mail|email) at a rate/,
  /(rate|connection) limit/,
  /too many (messages|connections|emails)/,
  /unusual rate/,
  /throttl/,
  /temporarily deferred due to (unexpected volume|user complaints)/,
  /reputation/,
);
const listed = says(
  /spamhaus/,
  /spamcop/,
  /barracuda/,
  /\b(dns|ur|u)?[rb]bl\b|dnsbl/,
  /block ?list/,
  /black ?list/,
  /\bs31[45]0\b/,
  /(client|server|sender) (host|ip)\S* .{0,80}(blocked|rejected)/,
  /ip( address)? .{0,60}(blocked|listed|reputation)/,
  /reputation of the sending ip/,
);
const greylisted = says(/gr[ae]y-? ?list/, /try again (in|later|after)/);
const unresolved = says(/nxdomain/, /(domain|host)( name)? (\S+ )?(was )?not found/, /no such domain/);
const relayDenied = says(/relay(ing)? (access )?(is )?(denied|not permitted|not allowed)/, /unable to relay/);

/** What providers write that means something else than its codes say. */
const overrides: readonly ReplyRule[] = [
  ['throttle', both(enhanced(/^[45]\.2\.1$/), tooFast)],
  ['throttle', both(transient, enhanced(/^4\.7\.28$/))],
  ['throttle', both(transient, enhanced(/^4\.7\.\d+$/), tooFast, (reply) => !listed(reply))],
  ['hard-address', both(hard, enhanced(/^5\.4\.1$/), says(/recipient address rejected/))],
  ['hard-address', both(hard, enhanced(/^5\.5\.0$/), says(/mailbox unavailable/, /user unknown/))],
  ['policy-block', both(enhanced(/^([45]\.7\.1)?$/), listed)],
  ['config', both(relayDenied, code(454, 530, 550, 551, 553, 554))],
];

const byEnhanced: readonly ReplyRule[] = [
  ['hard-address', both(hard, enhanced(/^5\.1\.[136]$/))],
  ['hard-domain', both(hard, enhanced(/^5\.1\.(2|10)$/))],
  ['our-bug', enhanced(/^5\.1\.[78]$/)],
  ['hard-inactive', both(hard, enhanced(/^5\.2\.1$/))],
  ['soft-mailbox', enhanced(/^[45]\.2\.2$/)],
  ['content-size', enhanced(/^5\.(2\.3|3\.4)$/)],
  ['expired', enhanced(/^5\.4\.[467]$/)],
  ['unsupported', enhanced(/^5\.6\.7$/)],
  ['policy-content', enhanced(/^5\.6\.0$/)],
  ['our-bug', enhanced(/^5\.5\.\d+$/)],
  ['hard-inactive', both(hard, enhanced(/^5\.7\.13$/))],
  ['hard-owner', both(hard, enhanced(/^5\.7\.1[78]$/))],
  ['policy-auth', enhanced(/^(5\.7\.(2[0-357]|26|515)|4\.7\.(2[679]|3[0-2]))$/)],
  ['throttle', enhanced(/^4\.7\.0$/)],
  ['soft-greylist', enhanced(/^4\.7\.1$/)],
  ['soft-route', both(transient, enhanced(/^4\.(3\.2|4\.\d+)$/))],
];

const byCode: readonly ReplyRule[] = [
  ['config', both(code(454), (reply) => !reply.aboutRecipient)],
  ['config', code(530, 534, 535, 538)],
  ['policy-content', both(permanent, enhanced(/^5\.7\.\d+$/))],
  ['hard-inactive', both(hard, code(525))],
  ['hard-domain', both(hard, code(521, 556))],
  ['soft-route', code(421)],
  ['our-bug', code(500, 501, 502, 503, 504)],
  ['unsupported', code(555)],
  ['hard-address', both(hard, code(550, 551, 553), noSuchUser)],
  ['soft-mailbox', both(permanent, code(552), fullMailbox)],
  ['content-size', both(code(552), tooBig)],
  ['soft-mailbox', both(code(552), noEnhanced)],
  ['soft-greylist', both(code(450, 451), greylisted)],
];

/** About half of real refusals carry no code that says more than "no". */
const byText: readonly ReplyRule[] = [
  ['throttle', both(transient, tooFast)],
  ['hard-domain', both(hard, unresolved)],
  ['hard-address', both(hard, noSuchUser)],
  ['hard-inactive', both(hard, inactive)],
  ['soft-mailbox', both(permanent, fullMailbox)],
  ['expired', both(permanent, says(/expired/))],
  ['policy-content', both(permanent, says(/spam/, /virus/, /unsolicited/, /content/, /policy/))],
  ['soft-route', (reply) => transient(reply) && reply.phase === 'connect'],
  ['soft-route', (reply) => permanent(reply) && reply.phase === 'connect'],
  ['soft', transient],
  ['our-bug', (reply) => reply.phase === 'mail'],
];

/** In the order in which they are asked: provider override, enhanced code, basic code, text. */
export const replyRules: readonly ReplyRule[] = [...overrides, ...byEnhanced, ...byCode, ...byText];

export const namesUnresolvedDomain = (reply: ReadReply): boolean => unresolved(reply);
