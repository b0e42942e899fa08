import type { SignedHeader } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { EvidencePair, Network, NetworkDeps, NetworkOptions } from '../../src/index.ts'
import { createIdentity, createNetwork } from '../../src/index.ts'
import { chainOf } from '../../src/testing/chain-of.ts'
import { SignedChain } from '../../src/testing/signed-chain.ts'

export const silent = pino({ level: 'silent' })

export const memory = (): BytesLevel =>
  new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' }) as unknown as BytesLevel

export const newChain = (fill = 9, messages = 2): SignedChain =>
  new SignedChain({
    secret: new Uint8Array(32).fill(fill),
    rollup: new Uint8Array(20).fill(fill),
    startMs: Date.now() - 3_600_000,
    messages,
  })

export interface TestPeer {
  readonly network: Network
  readonly registry: Registry
  readonly store: BytesLevel
  readonly identity: Uint8Array
  readonly headers: SignedHeader[]
  readonly evidence: EvidencePair[]
  /** Value of a metric, of all its labels or of one. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
}

const open: Network[] = []

/** Ends every peer of a test. */
export async function leaveAll(): Promise<void> {
  await Promise.all(open.splice(0).map((network) => network.stop()))
}

export interface TestPeerOptions extends NetworkOptions {
  readonly store?: BytesLevel
  readonly identity?: Uint8Array
  readonly deps?: Partial<NetworkDeps>
}

/** A peer on loopback. */
export async function startPeer(chain: SignedChain, options: TestPeerOptions = {}): Promise<TestPeer> {
  const { store = memory(), identity = await createIdentity(), deps = {}, ...rest } = options
  const registry = new Registry()
  const headers: SignedHeader[] = []
  const evidence: EvidencePair[] = []
  const network = await createNetwork(
    {
      chain: chainOf(chain),
      identity,
      store,
      clock: systemClock,
      log: silent,
      registry,
      onHeader: async (header) => {
        headers.push(header)
      },
      onEvidence: async (pair) => {
        evidence.push(pair)
      },
      ...deps,
    },
    { listen: ['/ip4/127.0.0.1/tcp/0'], allowPrivate: true, lookEveryMs: 100, ...rest },
  )
  open.push(network)
  return {
    network,
    registry,
    store,
    identity,
    headers,
    evidence,
    async metric(name, labels = {}) {
      const found = await registry.getSingleMetric(`parley_network_${name}`)?.get()
      const values = found?.values.filter((value) =>
        Object.entries(labels).every(([label, is]) => (value.labels as Record<string, unknown>)[label] === is),
      )
      return values?.reduce((sum, { value }) => sum + value, 0) ?? 0
    },
  }
}

/** Waits for a condition. The bound ends what hangs. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Peers that all dial the first one, and wait until they all have greeted. */
export async function startPeers(chain: SignedChain, count: number, options: NetworkOptions = {}): Promise<TestPeer[]> {
  const first = await startPeer(chain, options)
  const bootnodes = first.network.addresses
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startPeer(chain, { ...options, bootnodes })))
  const all = [first, ...others]
  await until('all peers greeted', () => all.every(({ network }) => network.status().peers.length >= 1))
  return all
}
