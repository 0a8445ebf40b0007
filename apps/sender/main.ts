import { runApp } from '@entente/runtime';
import { startSender } from './start';

void runApp('sender', startSender, ['smtpUrl']);
