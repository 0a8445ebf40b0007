import { runApp } from '@entente/runtime';
import { startIngest } from './start';

void runApp('ingest', startIngest);
