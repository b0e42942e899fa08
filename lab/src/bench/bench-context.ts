import type { Context } from '../context.ts'

/** What a benchmark needs of its surroundings. */
export type BenchContext = Pick<Context, 'config' | 'log' | 'err' | 'signal'>
