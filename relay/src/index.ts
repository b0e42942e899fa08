export * from './faults.ts'
export type { RelayOptions } from './options.ts'
export { type Relay, type RelayDeps, startRelay } from './relay.ts'
