export * from './accepted-source.ts'
export * from './block-source.ts'
