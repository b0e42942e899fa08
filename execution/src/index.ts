export * from './api.ts'
export * from './faults.ts'
