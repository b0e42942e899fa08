// Lines of a trace for the fuzzer, faults for the page of errors.
export { CliError, cliFaults } from './faults.ts'
export { parseTraceLine } from './load/trace-line.ts'
