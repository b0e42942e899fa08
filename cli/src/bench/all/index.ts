export type { BenchFrame } from '../frame.ts'
export { type Benchmark, type Check, isReached } from './benchmark.ts'
export { benchmarks } from './benchmarks.ts'
export { type AllReport, reportPage } from './report-page.ts'
