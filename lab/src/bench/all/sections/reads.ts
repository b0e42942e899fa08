import { type Check, type Shown, sentence } from '../../check.ts'
import type { ReadFigures, ReadsReport } from '../../reads/bench-reads.ts'
import { spreadTable } from './spread-table.ts'

/** Kinds of reads that are held to a bound, as multiples of a bare answer of the same bytes. */
const bounds: Readonly<Record<string, number>> = {
  proof: 2,
  page: 2,
  block: 1.3,
  'unchanged proof': 1.1,
  'unchanged block': 1.1,
}

function checkOf({ name, ratio }: ReadFigures): readonly Check[] {
  const bound = bounds[name]
  if (bound === undefined) return []
  const id = `reads.${name.replaceAll(' ', '-')}`
  return [{ id, what: `${name} to a bare answer`, value: ratio.median, bound, kind: 'at most' }]
}

export function showReads({ workload, results, togetherRatio, replay, tail }: ReadsReport): Shown {
  const checks: Check[] = [
    ...results.flatMap(checkOf),
    {
      id: 'reads.together',
      what: '200 proofs at once to 200 requests',
      value: togetherRatio.median,
      bound: 0.1,
      kind: 'at most',
    },
    {
      id: 'reads.replay',
      what: 'microseconds of an entry of a whole record',
      value: replay.microsecondsPerEntry.median,
      bound: 2,
      kind: 'at most',
    },
  ]
  if (tail !== undefined)
    checks.push({
      id: 'reads.tail',
      what: 'p99 of proofs while verifying to idle',
      value: tail.tailRatio.median,
      bound: 2,
      kind: 'at most',
    })
  return {
    section: {
      title: 'Reads',
      text: [`${sentence(workload)}. CPU of the whole server for one request, in turn with a bare server.`],
      parts: [
        spreadTable(
          'Reads as multiples of a bare answer of the same bytes',
          Object.fromEntries(results.map(({ name, ratio }) => [name, ratio])),
        ),
      ],
    },
    checks,
  }
}
