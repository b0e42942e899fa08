// The reference transition: what every other implementation is held against. Slow, and the arbiter.
export * from './block/build.ts'
export * from './block/execute.ts'
export * from './transition/context.ts'
export * from './transition/segment.ts'
