import fc from 'fast-check'

/** One seed for all property tests, printed in every title that uses it, so that a failure can be run again. */
export const seed = 20_261_123

fc.configureGlobal({ seed, endOnFailure: true })
