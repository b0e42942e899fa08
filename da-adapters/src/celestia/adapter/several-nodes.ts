import { DaError, type DaFault, type DaState } from '@parley/protocol'
import { type Clock, createSources, type Source } from '@parley/runtime'
import { unavailable } from '../../fault.ts'
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

/** Nodes whose word is enough to call a publication final. */
const enough = 2

/** Asks several nodes in their order until one serves what was asked for; those that fail again and again are left out. */
export function createSeveralNodes(readers: readonly NamedReader[], clock: Clock): CelestiaReader {
  const [only, ...others] = readers
  if (only !== undefined && others.length === 0) return only.reader
  const sources = createSources(readers, clock)

  /** What they answer, one after the other, up to the first answer with which `isDone`; and the worst of their faults. */
  async function ask<T>(question: (reader: CelestiaReader) => Promise<T>, isDone: (answers: readonly T[]) => boolean) {
    const { asked, leftOut } = sources.turn()
    const answers: T[] = []
    const faults: DaError[] = []
    for (const source of asked) {
      try {
        answers.push(await question(source.reader))
        sources.succeeded(source)
        if (isDone(answers)) break
      } catch (error) {
        if (!(error instanceof DaError) || settled.has(error.fault.code)) throw error
        const { fault } = error
        if (!againstNode.has(fault.code)) sources.succeeded(source)
        else sources.failed(source, fault.code === 'DA_UNAVAILABLE' ? fault.retryAfterMs : undefined)
        faults.push(error)
      }
    }
    faults.sort((a, b) => ranks.indexOf(a.fault.code) - ranks.indexOf(b.fault.code))
    const worst = faults[0] ?? unavailable(celestiaLayer, `no node is asked: ${leftOut.join('; ')}`)
    return { answers, worst, failed: faults.length > 0 }
  }

  return {
    async read(pointer, signal) {
      const { answers, worst } = await ask(
        (reader) => reader.read(pointer, signal),
        () => true,
      )
      if (answers[0] === undefined) throw worst
      return answers[0]
    },
    async status(pointer, signal) {
      const count = (states: readonly DaState[], state: DaState) => states.filter((one) => one === state).length
      const { answers, worst, failed } = await ask(
        (reader) => reader.status(pointer, signal),
        (states) => count(states, 'final') >= enough,
      )
      if (count(answers, 'final') > 0) return count(answers, 'final') >= enough ? 'final' : 'included'
      // A node that says that it is not there knows no better than one that did not answer.
      if (failed || answers.length === 0) throw worst
      return answers.includes('pending') ? 'pending' : 'lost'
    },
  }
}
