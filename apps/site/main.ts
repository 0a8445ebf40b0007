import { runApp } from '@entente/runtime';
import { startSite } from './start';

void runApp('site', startSite);
