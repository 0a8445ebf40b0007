import { runApp } from '@entente/runtime';
import { startApi } from './start';

void runApp('api', startApi);
