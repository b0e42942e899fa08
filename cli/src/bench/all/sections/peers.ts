import type { PeerResult, PeersReport } from '../../peers/bench-peers.ts'
import { type Shown, sentence } from '../benchmark.ts'

const names: Readonly<Record<PeerResult['name'], string>> = {
  evm: 'EVM contract on anvil',
  svm: 'Solana VM in litesvm, one core',
}

export function showPeers({ parley, peers, rawVerificationsPerSecond: raw, workload }: PeersReport): Shown {
  const rows = [
    ['Parley, end to end', parley.messagesPerSecond],
    ...peers.map(({ name, messagesPerSecond }) => [names[name], messagesPerSecond.median] as const),
    ['bare verification, one core', raw.oneCore.median],
    ['bare verification, all cores', raw.allCores.median],
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
          caption: 'Messages a second on the same messages in the same run',
          x: 'system',
          categories: rows.map(([name]) => name),
          y: { label: 'messages a second', scale: 'linear' },
          series: [{ name: 'messages a second', points: rows.map(([, rate]) => rate) }],
        },
        {
          kind: 'table',
          caption: 'Peers over their repeats, messages a second',
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
    })),
  }
}
