export * from './case.ts'
export * from './data-availability.ts'
