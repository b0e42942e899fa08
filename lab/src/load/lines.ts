import type { Config } from '../config/settings.ts'
import type { Derive } from './seeded.ts'
import { syntheticTrace } from './synthetic.ts'
import { readTrace } from './trace-file.ts'
import type { TraceLine } from './trace-line.ts'

const synthetic = { concurrent: 64, messagesPerMinute: 1_200 }

/** The trace that the configuration names, or an endless synthetic one. */
export function linesOf({ load }: Config, derive: Derive): AsyncIterable<TraceLine> | Iterable<TraceLine> {
  return load.trace === undefined ? syntheticTrace(derive, synthetic) : readTrace(load.trace)
}
