import { Counter, Gauge, type Registry } from 'prom-client'

/** What is read at every scrape. */
export interface NetworkGauges {
  readonly peers: { readonly inbound: number; readonly outbound: number }
  readonly known: number
  readonly banned: number
  readonly evidence: number
  readonly head: number
  readonly keptBlocks: number
  readonly keptBytes: number
  readonly reachable: 'yes' | 'unknown'
}

/** What becomes of a message of headers. */
export type HeaderOutcome =
  | 'accepted'
  | 'published'
  | 'known'
  | 'second'
  | 'other lineage'
  | 'out of range'
  | 'too early'
  | 'too many'
  | 'not ready'
  | 'not served'
  | 'refused'

export interface NetworkMetrics {
  readonly headers: Counter<'outcome'>
  readonly evidence: Counter<'outcome'>
  readonly pulls: Counter<'outcome'>
  readonly pulledBytes: Counter
  readonly servedBytes: Counter
  readonly faults: Counter<'code'>
  readonly bans: Counter<'code'>
}

export function createMetrics(registry: Registry, gauges: () => NetworkGauges): NetworkMetrics {
  const registers = [registry]
  const named = <L extends string>(name: string, help: string, labelNames: readonly L[]) => ({
    name: `parley_network_${name}`,
    help,
    labelNames,
    registers,
  })
  const read = (name: string, help: string, value: () => number): void => {
    new Gauge({
      ...named(name, help, []),
      collect() {
        this.set(value())
      },
    })
  }
  new Gauge({
    ...named('peers', 'Peers connected that follow this deployment', ['direction']),
    collect() {
      const { inbound, outbound } = gauges().peers
      this.set({ direction: 'inbound' }, inbound)
      this.set({ direction: 'outbound' }, outbound)
    },
  })
  read('known_peers', 'Peers whose addresses are remembered', () => gauges().known)
  read('banned_peers', 'Peers that are sent away', () => gauges().banned)
  read('evidence_kept', 'Places with two signed headers, kept for ever', () => gauges().evidence)
  read('head_block', 'Number of the highest signed header', () => gauges().head)
  read('kept_blocks', 'Pulled blocks that are kept', () => gauges().keptBlocks)
  read('kept_bytes', 'Bytes of the pulled blocks that are kept', () => gauges().keptBytes)
  read('reachable', 'Whether others can reach this peer: 1 when it is known', () =>
    gauges().reachable === 'yes' ? 1 : 0,
  )
  return {
    headers: new Counter(named('headers_total', 'Headers that were gossiped, by what became of them', ['outcome'])),
    evidence: new Counter(named('evidence_total', 'Evidence found here or told by others', ['outcome'])),
    pulls: new Counter(named('pulls_total', 'Blocks asked for from peers', ['outcome'])),
    pulledBytes: new Counter(named('pulled_bytes_total', 'Bytes of blocks that peers served', [])),
    servedBytes: new Counter(named('served_bytes_total', 'Bytes of blocks served to peers', [])),
    faults: new Counter(named('faults_total', 'Faults of peers', ['code'])),
    bans: new Counter(named('bans_total', 'Peers sent away for a day', ['code'])),
  }
}
