import { Module, type DynamicModule } from '@nestjs/common';
import { Metrics } from '@entente/runtime';
import { ClickController } from './click.controller';
import { HitRecorder } from './hit-recorder';
import { MailedTokens } from './mailed-tokens';
import { OpenController } from './open.controller';
import { PreferencesController } from './preferences.controller';
import { OptOuts } from './opt-outs';
import { Preferences } from './preferences';
import { Recipients } from './recipients';
import { UnsubscribeController } from './unsubscribe.controller';

@Module({
  controllers: [UnsubscribeController, PreferencesController, ClickController, OpenController],
  providers: [MailedTokens, Recipients, OptOuts, Preferences, HitRecorder],
})
export class SiteModule {
  /** The module, with what it counts. */
  static counting(metrics: Metrics): DynamicModule {
    return { module: SiteModule, providers: [{ provide: Metrics, useValue: metrics }] };
  }
}
