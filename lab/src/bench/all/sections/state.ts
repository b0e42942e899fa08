import { type Check, type Shown, sentence } from '../../check.ts'
import type { MemoryReport } from '../../memory/bench-memory.ts'
import type { RestartReport } from '../../restart/bench-restart.ts'
import { spreadTable } from './spread-table.ts'

const million = 1_000_000

export function showMemory({ results, workload }: MemoryReport): Shown {
  const x = { label: 'conversations', scale: 'log' } as const
  const largest = results.at(-1)
  const checks: Check[] = []
  if (largest?.conversations === million) {
    const bytes = largest.bytesPerConversation
    checks.push(
      {
        id: 'memory.bytes',
        what: 'bytes per conversation of two at a million',
        value: bytes,
        bound: 400,
        kind: 'at most',
      },
      {
        id: 'memory.time',
        what: 'CPU time a message at a million to that at a thousand',
        value: largest.cpuRatio.median,
        bound: 1.15,
        kind: 'at most',
      },
    )
  }
  return {
    section: {
      title: 'State size',
      text: [`${sentence(workload)}.`],
      parts: [
        {
          kind: 'lines',
          caption: 'Time a message over state size',
          x,
          y: { label: 'microseconds', scale: 'linear' },
          series: [
            {
              name: 'CPU time of the lane',
              points: results.map((each) => [each.conversations, each.cpuMicroseconds.median] as const),
            },
            {
              name: 'whole time',
              points: results.map((each) => [each.conversations, each.microseconds.median] as const),
            },
          ],
        },
        {
          kind: 'lines',
          caption: 'Memory a conversation of two over state size',
          x,
          y: { label: 'bytes', scale: 'log' },
          limit: { label: '400 bytes', at: 400 },
          series: [
            {
              name: 'bytes a conversation',
              points: results.map((each) => [each.conversations, each.bytesPerConversation] as const),
            },
          ],
        },
      ],
    },
    checks,
  }
}

export function showRestart(report: RestartReport): Shown {
  const { conversations, readySeconds, snapshotSeconds, sequencedPerSecond, replayedPerSecond, replayRatio } = report
  const checks: Check[] = [
    {
      id: 'restart.replay',
      what: 'journal replayed to sequenced, messages per second',
      value: replayRatio.median,
      bound: 5,
      kind: 'at least',
    },
  ]
  if (conversations === million)
    checks.push({
      id: 'restart.ready',
      what: 'seconds until a million conversations are ready',
      value: readySeconds.median,
      bound: 20,
      kind: 'at most',
    })
  return {
    section: {
      title: 'Restart',
      text: [`${sentence(report.workload)}.`],
      parts: [
        {
          kind: 'bars',
          caption: 'Messages per second, sequenced before the end and replayed at the start',
          x: 'measured',
          categories: ['sequenced', 'replayed'],
          y: { label: 'per second', scale: 'linear' },
          series: [
            {
              name: 'messages',
              points: [sequencedPerSecond.median, replayedPerSecond.median],
              spans: [sequencedPerSecond, replayedPerSecond],
            },
          ],
        },
        spreadTable('Restart over its repeats', {
          'seconds until ready': readySeconds,
          'seconds for the snapshot': snapshotSeconds,
          'sequenced per second': sequencedPerSecond,
          'replayed per second': replayedPerSecond,
          'replayed to sequenced': replayRatio,
        }),
      ],
    },
    checks,
  }
}
