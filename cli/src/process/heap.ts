import { setFlagsFromString } from 'node:v8'

/** Growth of the heap over what was live after a collection, in percent, before V8 collects all of it again. */
const heapGrowthPercent = 1_000

/**
 * Lets the heap grow further between full collections. What passes through a process are byte buffers, which V8 counts
 * like its own objects: with the usual growth it marked 40 MB of live objects anew for every 10,000 messages. Costs up
 * to some 400 MB of memory. Young objects are collected without helpers, which would take cores from lanes to do a
 * millisecond's work. Call it once, before there is a load.
 */
export function collectLessOften(): void {
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`)
  setFlagsFromString('--no-parallel-scavenge')
}
