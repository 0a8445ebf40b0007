import { readOptions, usage } from './options';
import { runProgram } from './program';
import { runChaos } from './run';

runProgram({ usage, readOptions, run: runChaos });
