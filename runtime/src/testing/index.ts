export * from './clock-compliance.ts'
export * from './manual-clock.ts'
export * from './skipping-clock.ts'
