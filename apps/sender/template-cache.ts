import { compileTemplate, type Compiled } from '@entente/message';
import { findTemplateVersion, type Tx } from '@entente/storage';

const maxTemplates = 300;

/** Template versions, which never change, compiled once. */
export class TemplateCache {
  private readonly compiled = new Map<string, Compiled>();

  /** Undefined when there is no such version. */
  async get(tx: Tx, key: string, version: number): Promise<Compiled | undefined> {
    const name = `${key}@${version}`;
    const known = this.compiled.get(name);
    if (known) return known;
    const source = await findTemplateVersion(tx, key, version);
    if (!source) return undefined;
    const compiled = compileTemplate(source);
    if (this.compiled.size >= maxTemplates) this.compiled.clear();
    this.compiled.set(name, compiled);
    return compiled;
  }
}
