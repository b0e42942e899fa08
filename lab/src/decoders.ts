// Lines of a trace for the fuzzer, faults for the page of errors.
export { cliFaults } from '@parley/cli'
export { LabError, labFaults } from './faults.ts'
export { parseTraceLine } from './load/trace-line.ts'
