import { toIso, type Instant } from '@entente/kernel';
import { publish, type Database } from '@entente/storage';

/** Writes what marketers would write through the API, for tests below it. */
export class Author {
  constructor(private readonly database: Database) {}

  async source(key: string, trusted: boolean, precedence = 100): Promise<number> {
    return this.database.transaction(async (tx) => {
      await publish(tx);
      const [row] = await tx.query<{ id: number }>(
        'INSERT INTO source (key, name, trusted, precedence) VALUES ($1, $1, $2, $3) RETURNING id',
        [key, trusted, precedence],
      );
      return row!.id;
    });
  }

  /** A segment version that the engine's builder has yet to build. */
  async segment(key: string, rule: object): Promise<number> {
    return this.database.transaction(async (tx) => {
      await publish(tx);
      await tx.run('INSERT INTO segment (key, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [key]);
      const [row] = await tx.query<{ id: number }>(
        `INSERT INTO segment_version (segment_key, version, rule, status)
         SELECT $1, count(*) + 1, $2, 'building' FROM segment_version WHERE segment_key = $1 RETURNING id`,
        [key, JSON.stringify(rule)],
      );
      return row!.id;
    });
  }

  /** A topic, a from address and templates that campaigns can name. */
  async mailNeeds(topic = 'news', from = 'shop', ...templates: string[]): Promise<void> {
    const { database } = this;
    await database.run('INSERT INTO topic (key, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [topic]);
    await database.run(`INSERT INTO sending_domain (domain) VALUES ('shop.example') ON CONFLICT DO NOTHING`);
    await database.run(
      `INSERT INTO from_address (key, name, address, domain) VALUES ($1, 'Shop', 'hello@shop.example', 'shop.example')
       ON CONFLICT DO NOTHING`,
      [from],
    );
    for (const template of templates) {
      await database.run(
        'INSERT INTO template (key, name, version) VALUES ($1, $1, 1) ON CONFLICT DO NOTHING',
        [template],
      );
      await database.run(
        `INSERT INTO template_version (template_key, version, subject, html)
         VALUES ($1, 1, 'Hello', '<p>Hello {{contact.firstName}}</p>') ON CONFLICT DO NOTHING`,
        [template],
      );
    }
  }

  async campaign(
    key: string,
    definition: object,
    liveAt: Instant,
    kind: 'campaign' | 'broadcast' = 'campaign',
    plannedAt?: Instant,
  ): Promise<number> {
    return this.database.transaction(async (tx) => {
      await publish(tx);
      await tx.run(`INSERT INTO campaign (key, kind, name, status, draft) VALUES ($1, $2, $1, 'live', $3)`, [
        key,
        kind,
        JSON.stringify(definition),
      ]);
      const [row] = await tx.query<{ id: number }>(
        `INSERT INTO campaign_version (campaign_key, version, definition, status, live_at)
         VALUES ($1, 1, $2, 'live', $3) RETURNING id`,
        [key, JSON.stringify(definition), toIso(liveAt)],
      );
      if (plannedAt !== undefined) {
        await tx.run(
          `INSERT INTO campaign_run (version_id, planned_at, campaign_key, status) VALUES ($1, $2, $3, 'planned')`,
          [row!.id, toIso(plannedAt), key],
        );
      }
      return row!.id;
    });
  }
}
