/** Where this Tracking API was reached. */
export interface ReachedAt {
  readonly protocol: 'http' | 'https';
  /** Name and port. */
  readonly host: string;
}

/**
 * Settings that make `@segment/analytics-next` send every event here, under its short paths, and nothing anywhere else: no
 * other destination, no remote plugin, no metrics.
 */
export const browserSettings = (writeKey: string, { protocol, host }: ReachedAt) => ({
  integrations: {
    'Segment.io': {
      apiKey: writeKey,
      apiHost: `${host}/v1`,
      protocol,
      unbundledIntegrations: [],
      addBundledMetadata: false,
      maybeBundledConfigIds: {},
      versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
    },
  },
  plan: { track: { __default: { enabled: true } }, identify: { __default: { enabled: true } } },
  edgeFunction: {},
  analyticsNextEnabled: true,
  middlewareSettings: {},
  enabledMiddleware: {},
  remotePlugins: [],
  legacyVideoPluginsEnabled: false,
  metrics: { sampleRate: 0, host: `${host}/v1` },
});
