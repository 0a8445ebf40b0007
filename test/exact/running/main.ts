import { runProgram } from '../../chaos/program';
import { readOptions, usage } from './options';
import { runExact } from './run';

runProgram({ usage, readOptions, run: runExact });
