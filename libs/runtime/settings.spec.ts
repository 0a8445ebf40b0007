import { BadSettings, loadSettings } from './settings';

it('has a default for everything but the real servers', () => {
  const settings = loadSettings({});
  expect(settings.databaseUrl).toBeUndefined();
  expect(settings.kafkaBrokers).toEqual([]);
  expect(settings.ingestPort).toBe(8010);
  expect(settings.publicUrl).toBe('http://localhost:8030');
});

it('takes an empty variable for one that is not set', () => {
  expect(loadSettings({ SMTP_URL: '', API_PORT: ' ' })).toMatchObject({ smtpUrl: undefined, apiPort: 8020 });
});

it('names every problem at once', () => {
  const load = () =>
    loadSettings({ API_PORT: '99999', LOG_LEVEL: 'loud', SMTP_URL: 'http://x' }, ['databaseUrl']);
  expect(load).toThrow(BadSettings);
  expect(load).toThrow(/DATABASE_URL is needed[^]*SMTP_URL[^]*API_PORT[^]*LOG_LEVEL/);
});

it('wants an https address for recipients in production', () => {
  const inProduction = (publicUrl?: string) => () =>
    loadSettings({ NODE_ENV: 'production', ...(publicUrl && { PUBLIC_URL: publicUrl }) });
  expect(inProduction()).toThrow('PUBLIC_URL is needed');
  expect(inProduction('http://mail.shop.example')).toThrow('https');
  expect(inProduction('https://mail.shop.example')().publicUrl).toBe('https://mail.shop.example');
  expect(inProduction('http://localhost:8030')().mode).toBe('production');
});

it('reads lists and trims the public address', () => {
  const settings = loadSettings({
    KAFKA_BROKERS: 'a:1, b:2,',
    PUBLIC_URL: 'https://mail.example/',
    SITE_PORT: '9',
  });
  expect(settings.kafkaBrokers).toEqual(['a:1', 'b:2']);
  expect(settings.publicUrl).toBe('https://mail.example');
});
