import { isObject, type Instant, type JsonObject } from '@entente/kernel';
import { dress, MessageLinks, render, type Compiled, type Mail, type TokenKey } from '@entente/message';
import { readTraits, type SourceRank } from '@entente/profile';
import type { DueMessage, FromMaterial, MessageMaterial } from '@entente/storage';

/** Everything one mail is written from. */
export interface Writing {
  readonly message: DueMessage;
  readonly material: MessageMaterial & {
    readonly email: string;
    readonly emailHash: Buffer;
    readonly from: FromMaterial;
  };
  readonly template: Compiled;
  readonly ranks: readonly SourceRank[];
  readonly tokenKey: TokenKey;
  readonly publicUrl: string;
  readonly tracking: boolean;
  readonly now: Instant;
}

/** The finished mail. Throws where its template cannot be rendered for this person. */
export function writeMail(writing: Writing): Mail {
  const { message, material, tokenKey, publicUrl } = writing;
  const { from } = material;
  const owner = {
    contact: message.contact,
    addressHash: material.emailHash,
    message: message.id,
    topic: message.topic,
  };
  const links = new MessageLinks(tokenKey, publicUrl, owner);
  return dress(render(writing.template, viewOf(writing, links)), {
    links,
    owner,
    from: { name: from.name, address: from.address },
    to: material.email,
    ...(from.replyTo ? { replyTo: from.replyTo } : {}),
    postalAddress: from.postalAddress,
    sendingDomain: from.domain,
    topicName: material.topicName,
    campaign: message.campaign,
    tracking: writing.tracking,
    date: writing.now,
  });
}

/** What a template can say: the person's traits, the event that began it all, and the ways out. */
function viewOf({ material, ranks }: Writing, links: MessageLinks): JsonObject {
  const { properties } = material.cause;
  return {
    contact: { email: material.email, ...readTraits(material.traits, [...ranks]) },
    event: isObject(properties) ? (properties as JsonObject) : {},
    unsubscribeUrl: links.unsubscribeUrl,
    preferencesUrl: links.preferencesUrl,
  };
}
