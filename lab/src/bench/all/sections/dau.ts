import { type Check, type Shown, sentence } from '../../check.ts'
import type { DauReport, DauResult } from '../../dau/bench-dau.ts'
import type { BusyHour } from '../../dau/busy-hour.ts'
import type { Asked, Asking } from '../../dau/mix.ts'

const askingNames: Readonly<Record<Asking, string>> = { told: 'told of what is new', polling: 'polling as in the mix' }
const askedNames: readonly Asked[] = ['page', 'changes', 'feed', 'message']
/** Of a million users on eight cores. */
const usersPerCoreBound = 125_000

const bytesOf = ({ bytesPerUserDay: { feeds, reads, messages } }: BusyHour): number =>
  feeds.median + reads.median + messages.median

/** The largest number of users that held; the smallest one where none did. */
const shownOf = ({ measured }: DauResult): BusyHour =>
  (measured.findLast(({ holds }) => holds) ?? measured[0]) as BusyHour

export function showDau({ workload, results, mix, bounds, extrapolated, seconds }: DauReport): Shown {
  return {
    section: {
      title: 'Daily users',
      text: [
        `${sentence(workload)}; each number for ${seconds} s as at its busiest time. Calls are those of ${mix.source}. A number holds when p99 of live delivery is at most ${bounds.liveToAccepted} times that of acceptance and ${bounds.liveMs} ms, p99 of reads at most ${bounds.readsMs} ms, and nothing is lost.`,
        `Load and chains share the cores. Extrapolated, not measured: ${extrapolated.users} users on ${extrapolated.cores} cores.`,
      ],
      parts: [
        {
          kind: 'table',
          caption: 'Calls of a user and day',
          columns: ['call', 'a day', 'here'],
          rows: mix.calls.map(({ call, perUserDay, here }) => [call, perUserDay, here]),
        },
        {
          kind: 'table',
          caption: 'What of it is asked here, a user and day',
          columns: ['users', ...askedNames],
          rows: results.map(({ asking, perUserDay }) => [
            askingNames[asking],
            ...askedNames.map((asked) => perUserDay[asked]),
          ]),
        },
        {
          kind: 'table',
          caption: 'Milliseconds, p99, and cores that the servers kept busy',
          columns: ['users', '', 'accepted', 'live', 'reads', 'feeds caught up', 'cores', 'holds'],
          rows: results.flatMap(({ asking, measured }) =>
            measured.map((each) => [
              each.users,
              askingNames[asking],
              each.accepted.p99.median,
              each.live.p99.median,
              each.reads.p99.median,
              each.feeds.p99.median,
              each.cores.median,
              each.holds ? 'yes' : 'no',
            ]),
          ),
        },
        {
          kind: 'table',
          caption: 'Users a core, and bytes of a user and day',
          columns: ['users', 'held', 'a core', 'a core, by CPU time', 'bytes of feeds', 'of reads', 'of messages'],
          rows: results.map((result) => {
            const { feeds, reads, messages } = shownOf(result).bytesPerUserDay
            return [
              askingNames[result.asking],
              `${result.isAtLeast ? 'at least ' : ''}${result.users}`,
              result.usersPerCore,
              result.usersPerCoreByCpu,
              feeds.median,
              reads.median,
              messages.median,
            ]
          }),
        },
      ],
    },
    checks: checksOf(results),
  }
}

function checksOf(results: readonly DauResult[]): Check[] {
  const [told, polling] = results.map(shownOf)
  const checks = results.flatMap((result): Check[] => {
    const { asking, usersPerCore, measured } = result
    const { liveToAccepted } = shownOf(result)
    const wrong = measured.reduce((sum, { lost, doubled, disordered }) => sum + lost + doubled + disordered, 0)
    return [
      {
        id: `dau.${asking}.wrong`,
        what: `entries lost, doubled or out of place, users ${askingNames[asking]}`,
        value: wrong,
        bound: 0,
        kind: 'at most',
      },
      {
        id: `dau.${asking}.live`,
        what: `live p99 to acceptance p99, users ${askingNames[asking]}`,
        value: liveToAccepted.median,
        bound: 3,
        kind: 'at most',
      },
      {
        id: `dau.${asking}.users`,
        what: `users a core, ${askingNames[asking]}`,
        value: usersPerCore,
        bound: usersPerCoreBound,
        kind: 'at least',
        isRate: true,
      },
    ]
  })
  if (told === undefined || polling === undefined) return checks
  const ratio = bytesOf(told) / bytesOf(polling)
  return [
    ...checks,
    {
      id: 'dau.bytes',
      what: 'bytes of a user who is told to those of one who polls',
      value: Number(ratio.toFixed(3)),
      bound: 1,
      kind: 'at most',
    },
  ]
}
