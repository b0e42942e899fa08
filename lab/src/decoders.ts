// Lines of a trace and a node's answers for the fuzzer, faults for the page of errors.
export { cliFaults } from '@parley/cli'
export { celestiaAnswers } from './celestia-double/answers.ts'
export { LabError, labFaults } from './faults.ts'
export { parseTraceLine } from './load/trace-line.ts'
