export * from './block-source.ts'
export * from './case.ts'
export * from './data-availability.ts'
export * from './journal.ts'
