import { type Check, type Shown, sentence } from '../../check.ts'
import type { FanOutReport, FanOutResult } from '../../fanout/bench-fanout.ts'
import type { SocketsReport } from '../../sockets/bench-sockets.ts'

const costBounds = { relay: 1.5, sequencer: 2 } as const
const acceptedBound = 1.2
const liveAcceptedBound = 3
const addedBoundMs = 50

export function showFanOut({ results, workload }: FanOutReport): Shown {
  return {
    section: {
      title: 'Live delivery',
      text: [`${sentence(workload)}; each conversation of two is followed by one feed.`],
      parts: [
        {
          kind: 'table',
          caption: 'CPU of a delivery beside that of a bare WebSocket server, and what readers cost writers',
          columns: ['readers at', 'messages a block', 'µs', 'bare µs', 'ratio', 'acceptance p99, with to without'],
          rows: results.flatMap(({ through, messagesPerBlock, cost }) =>
            cost === undefined
              ? []
              : [
                  [
                    through,
                    messagesPerBlock.median,
                    cost.cpuPerDelivery.server.median,
                    cost.cpuPerDelivery.bare.median,
                    cost.ratio.median,
                    cost.acceptedRatio.median,
                  ],
                ],
          ),
        },
        {
          kind: 'table',
          caption: 'Milliseconds from when a message was due, p99',
          columns: [
            'messages a second',
            'sealing',
            'level',
            'accepted',
            'sealed',
            'at its reader',
            'header bytes each',
          ],
          rows: results.map((each) => [
            each.messagesPerSecond,
            each.sealing,
            each.level,
            each.accepted.p99.median,
            each.sealed.p99.median,
            each.live.p99.median,
            each.headerBytesPerMessage.median,
          ]),
        },
      ],
    },
    checks: results.flatMap(checksOf),
  }
}

function checksOf(result: FanOutResult): Check[] {
  const { through, level, sealing, messagesPerSecond, cost, accepted, live, sealed } = result
  const id = `fanout.${through}.${level}.${sealing}.${messagesPerSecond}`
  const wrong = result.lost + result.doubled + result.disordered
  const checks: Check[] = [
    { id: `${id}.wrong`, what: 'entries lost, doubled or out of place', value: wrong, bound: 0, kind: 'at most' },
  ]
  if (cost !== undefined)
    checks.push(
      {
        id: `${id}.cost`,
        what: `CPU of a delivery from the ${through} to a bare one, ${sealing} sealing`,
        value: cost.ratio.median,
        bound: costBounds[through],
        kind: 'at most',
      },
      {
        id: `${id}.accepted`,
        what: `acceptance p99 with readers at the ${through} to that without, ${sealing} sealing`,
        value: cost.acceptedRatio.median,
        bound: acceptedBound,
        kind: 'at most',
      },
    )
  else if (level === 'accepted')
    checks.push({
      id: `${id}.live`,
      what: `live p99 to acceptance p99 at ${messagesPerSecond} messages per second`,
      value: Number((live.p99.median / accepted.p99.median).toFixed(2)),
      bound: liveAcceptedBound,
      kind: 'at most',
    })
  else
    checks.push({
      id: `${id}.live`,
      what: `milliseconds that delivery adds to sealing at p99, ${sealing} sealing, ${messagesPerSecond} messages per second`,
      value: Number((live.p99.median - sealed.p99.median).toFixed(1)),
      bound: addedBoundMs,
      kind: 'at most',
    })
  return checks
}

export function showSockets({ user, userCpuRatio, subscriptions, storm, workload }: SocketsReport): Shown {
  return {
    section: {
      title: 'Readers that are there',
      text: [`${sentence(workload)}.`],
      parts: [
        {
          kind: 'table',
          caption: 'A user of 200 conversations',
          columns: ['sockets', 'bytes', 'µs of CPU'],
          rows: [
            ['1', user.oneSocket.bytes.median, user.oneSocket.cpuMicroseconds.median],
            ['200', user.manySockets.bytes.median, user.manySockets.cpuMicroseconds.median],
          ],
        },
        {
          kind: 'table',
          caption: `${storm.readers} readers at once, milliseconds until all are live`,
          columns: ['server', 'lowest', 'median', 'highest', 'attempts refused'],
          rows: (['feeds', 'bare'] as const).map((name) => {
            const { tookMs, refused } = storm[name]
            return [name, tookMs.min, tookMs.median, tookMs.max, refused]
          }),
        },
      ],
    },
    checks: [
      {
        id: 'sockets.user.bytes',
        what: 'bytes of a user of 200 conversations',
        value: user.oneSocket.bytes.median,
        bound: 25_000,
        kind: 'at most',
      },
      {
        id: 'sockets.user.cpu',
        what: 'CPU of one socket for 200 conversations to that of 200 sockets',
        value: userCpuRatio,
        bound: 0.01,
        kind: 'at most',
      },
      {
        id: 'sockets.subscription',
        what: `bytes of one of ${subscriptions.count} subscriptions`,
        value: subscriptions.bytesEach.median,
        bound: 100,
        kind: 'at most',
      },
      {
        id: 'sockets.storm',
        what: `time of a storm of ${storm.readers} to that at a bare server`,
        value: storm.ratio,
        bound: 2,
        kind: 'at most',
      },
    ],
  }
}
