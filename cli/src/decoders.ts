// Lines of a trace, for the fuzzer.
export { CliError } from './faults.ts'
export { parseTraceLine } from './load/trace-line.ts'
