import { DaError, type DaFault, type DaStatus } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { unavailable } from '../../fault.ts'
import { createSources, type Source } from '../../sources.ts'
import { celestiaLayer } from '../layer.ts'
import type { CelestiaReader } from './reader.ts'

/** A node that can be asked for what others do not serve. */
export interface NamedReader extends Source {
  readonly reader: CelestiaReader
}

/** What counts when nodes differ: first what may still be there, last what all of them lack. */
const ranks: readonly DaFault['code'][] = [
  'DA_UNAVAILABLE',
  'DA_NOT_YET',
  'DA_CORRUPT',
  'DA_REFUSED',
  'DA_PRUNED',
  'DA_MISSING',
]

/** Faults that say something against the node, not of what was asked for. */
const againstNode: ReadonlySet<DaFault['code']> = new Set(['DA_UNAVAILABLE', 'DA_CORRUPT', 'DA_REFUSED'])

/** What no other node can tell better. */
const settled: ReadonlySet<DaFault['code']> = new Set(['DA_POINTER_INVALID', 'DA_ABSENT'])

/** Asks several nodes in their order until one serves what was asked for; those that fail again and again are left out. */
export function createSeveralNodes(readers: readonly NamedReader[], clock: Clock): CelestiaReader {
  const [only, ...others] = readers
  if (only !== undefined && others.length === 0) return only.reader
  const sources = createSources(readers, clock)

  /** @param isEnough - Whether an answer settles the question; one that does not is given when no node knows better. */
  async function first<T>(ask: (reader: CelestiaReader) => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
    const { asked, leftOut } = sources.turn()
    const answers: T[] = []
    const faults: DaError[] = []
    for (const source of asked) {
      try {
        const answer = await ask(source.reader)
        sources.succeeded(source)
        if (isEnough(answer)) return answer
        answers.push(answer)
      } catch (error) {
        if (!(error instanceof DaError) || settled.has(error.fault.code)) throw error
        const { fault } = error
        if (!againstNode.has(fault.code)) sources.succeeded(source)
        else sources.failed(source, fault.code === 'DA_UNAVAILABLE' ? fault.retryAfterMs : undefined)
        faults.push(error)
      }
    }
    // A node that says that it does not have it knows no better than one that did not answer.
    const worst = faults.toSorted((a, b) => ranks.indexOf(a.fault.code) - ranks.indexOf(b.fault.code))[0]
    if (worst !== undefined) throw worst
    if (answers.length > 0) return answers[0] as T
    throw unavailable(celestiaLayer, `no node is asked: ${leftOut.join('; ')}`)
  }

  return {
    read: (pointer, signal) =>
      first(
        (reader) => reader.read(pointer, signal),
        () => true,
      ),
    status: (pointer, signal) =>
      first(
        (reader) => reader.status(pointer, signal),
        (status: DaStatus) => status === 'available',
      ),
  }
}
