import { runApp } from '@entente/runtime';
import { startEngine } from './start';

void runApp('engine', startEngine);
