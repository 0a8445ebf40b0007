import { Injectable } from '@nestjs/common';
import { type JsonObject, NotFound } from '@entente/kernel';
import { compileTemplate, render, type Rendered } from '@entente/message';
import { readTraits } from '@entente/profile';
import {
  Database,
  findTemplate,
  findTemplateVersion,
  sourceRanks,
  type TemplateSource,
  traitsOf,
} from '@entente/storage';
import { contactOf } from '../contacts/contact-reference';
import { TestMails } from './test-mails';
import type { TemplatePreview, TemplatePreviewBody, PreviewProblem } from './template-body';

/** Renders templates as the sender would, for people or for nobody in particular. */
@Injectable()
export class Previews {
  constructor(
    private readonly database: Database,
    private readonly testMails: TestMails,
  ) {}

  /** One preview for each contact asked for; test mails leave only when everybody exists and every address may be mailed. */
  async of(key: string, body: TemplatePreviewBody): Promise<TemplatePreview[]> {
    const compiled = compileTemplate(await this.source(key, body.version));
    const sending = await this.testMails.prepare(body);
    const people: { readonly person: string | null; readonly traits: JsonObject }[] = [];
    for (const person of body.for?.length ? body.for : [null])
      people.push({ person, traits: await this.traits(person) });
    const previews: TemplatePreview[] = [];
    for (const { person, traits } of people) {
      const view = { contact: traits, ...sending.links };
      const { problems, ...rendered } = rendering(() => render(compiled, view));
      const tests = problems.length ? [] : await sending.send(rendered);
      previews.push({ for: person, ...rendered, problems, tests });
    }
    return previews;
  }

  private async source(key: string, version: number | undefined): Promise<TemplateSource> {
    const source =
      version === undefined
        ? await findTemplate(this.database, key)
        : await findTemplateVersion(this.database, key, version);
    if (!source) throw new NotFound(`There is no template ${key}${version ? `@${version}` : ''}.`);
    return source;
  }

  private async traits(person: string | null): Promise<JsonObject> {
    if (person === null) return {};
    const contact = await contactOf(this.database, person);
    return readTraits(await traitsOf(this.database, contact), await sourceRanks(this.database));
  }
}

type Rendering = Rendered & { readonly problems: PreviewProblem[] };

/** A rendering, or its problem where the template makes too much of it for somebody. */
function rendering(attempt: () => Rendered): Rendering {
  try {
    return { ...attempt(), problems: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'It cannot be rendered.';
    return { subject: '', html: '', text: '', problems: [{ path: '', code: 'render', message }] };
  }
}
