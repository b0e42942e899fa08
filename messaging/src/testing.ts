// Interfaces in memory: for tests and simulations of applications, never for use.
export * from './memory/memory-contents.ts'
export * from './memory/memory-directory.ts'
export * from './memory/memory-log.ts'
export * from './memory/memory-store.ts'
