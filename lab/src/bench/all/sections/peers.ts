import { type Shown, sentence } from '../../check.ts'
import { doubtOf } from '../../doubt.ts'
import type { PeerResult, PeersReport } from '../../peers/bench-peers.ts'

const names: Readonly<Record<PeerResult['name'], string>> = {
  evm: 'EVM contract on anvil',
  svm: 'Solana VM in litesvm, one core',
}

export function showPeers({ parley, peers, rawVerificationsPerSecond: raw, cores, workload }: PeersReport): Shown {
  const doubt = doubtOf({ cores, ...raw })
  const rows = [
    ['Parley, end to end', parley.messagesPerSecond, undefined],
    ...peers.map(({ name, messagesPerSecond: rate }) => [names[name], rate.median, rate] as const),
    ['bare verification, one core', raw.oneCore.median, raw.oneCore],
    ['bare verification, all cores', raw.allCores.median, raw.allCores],
  ] as const
  return {
    section: {
      title: 'Peers',
      text: [
        `${sentence(workload)}. What each system does of a message differs: docs/benchmarks.md has it side by side. The peers keep nothing on disk, and the Solana VM checks no membership.`,
      ],
      parts: [
        {
          kind: 'bars',
          caption: 'Messages per second on the same messages in the same run',
          x: 'system',
          categories: rows.map(([name]) => name),
          y: { label: 'messages per second', scale: 'linear' },
          series: [
            {
              name: 'messages per second',
              points: rows.map(([, rate]) => rate),
              spans: rows.map(([, , rates]) => rates),
            },
          ],
        },
        {
          kind: 'table',
          caption: 'Peers over their repeats, messages per second',
          columns: ['peer', 'lowest', 'median', 'highest', 'gas or compute units', 'Parley is times'],
          rows: peers.map(({ name, messagesPerSecond: { min, median, max }, workPerMessage, parleyIsTimes }) => {
            return [names[name], min, median, max, workPerMessage, parleyIsTimes]
          }),
        },
      ],
    },
    checks: peers.map(({ name, parleyIsTimes, bound }) => ({
      id: `peers.${name}`,
      what: `Parley to ${names[name]}`,
      value: parleyIsTimes,
      bound,
      kind: 'at least',
      doubt,
    })),
  }
}
