import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Spread, spreadOf } from '@parley/execution/bench'
import { SignedChain } from '@parley/network/testing'
import { type BlockView, SignedHeaderType } from '@parley/protocol'
import type { Context } from '../../context.ts'
import { deriveFrom, deriveScalar } from '../../load/seeded.ts'
import { type BenchFrame, benchFrame, seedOf } from '../frame.ts'
import type { BadPeerResult, BadPeerWork } from './bad-peer.ts'
import { type Peers, startPeers, until } from './peers.ts'
import { WireBytes } from './wire-bytes.ts'

/** How much is measured. */
export interface GossipSize {
  readonly nodes: number
  /** Blocks of each of the two deliveries, in peace and under the flood. */
  readonly blocks: number
  /** Messages of a block, some 130 bytes each. */
  readonly messages: number
  /** Headers that one peer sends and nobody has signed. */
  readonly badHeaders: number
}

const sizes = {
  full: { nodes: 16, blocks: 20, messages: 9_600, badHeaders: 100_000 },
  quick: { nodes: 16, blocks: 4, messages: 3_200, badHeaders: 10_000 },
} as const

/** What `parley bench gossip --json` prints. */
export interface GossipReport extends BenchFrame {
  readonly nodes: number
  readonly blockBytes: number
  /** All bytes that peers received over TCP while blocks were delivered, for each that had to be given them, to the blocks’. */
  readonly bytesPerNodeToBlock: number
  /** From a block’s publication until the last node has it. */
  readonly deliveryMs: { readonly inPeace: Spread; readonly underFlood: Spread }
  readonly secondHeader: {
    /** From its publication until the last node has both. */
    readonly knownToAllMs: number
    readonly knowing: number
  }
  readonly flood: {
    readonly headers: number
    /** Whether the peer that sent them is connected to nobody any more, and banned. */
    readonly isGone: boolean
    /** Blocks of honest peers that reached all while it went on. */
    readonly delivered: number
    readonly nodesWithoutPeers: number
  }
}

type GossipContext = Pick<Context, 'config' | 'clock' | 'log' | 'err' | 'signal'>

/** Measures what gossip costs peers, how soon two headers of one place meet, and what a flood of bad ones does. */
export async function benchGossip(
  context: GossipContext,
  size: GossipSize = sizes[context.config.bench.quick ? 'quick' : 'full'],
): Promise<GossipReport> {
  const { err } = context
  const directory = await mkdtemp(join(tmpdir(), 'parley-bench-gossip-'))
  const wire = new WireBytes()
  let peers: Peers | undefined
  try {
    const chain = chainFrom(context, size)
    const log = context.log.child({ part: 'peers' }, { level: 'fatal' })
    peers = await startPeers(context, log, chain, { count: size.nodes, directory, perPeer: 6 })
    err.write(`${size.nodes} peers know each other\n`)
    const before = wire.received
    const inPeace = await deliver(context, peers, chain, size.blocks)
    const bytes = wire.received - before
    const delivered = chain.blocks.reduce((sum, block) => sum + block.bytes.length, 0)
    const bytesPerNodeToBlock = bytes / (size.nodes - 1) / delivered
    err.write(`each node received ${bytesPerNodeToBlock.toFixed(3)} times what the blocks have\n`)
    const secondHeader = await plantSecond(context, peers, chain)
    err.write(`a second header was known to all after ${secondHeader.knownToAllMs.toFixed(0)} ms\n`)
    const { flood, underFlood } = await floodWith(context, peers, chain, size)
    err.write(`the peer of ${flood.headers} bad headers is ${flood.isGone ? 'gone' : 'still there'}\n`)
    const workload = `${size.nodes} peers on loopback, blocks of ${size.messages} messages, ${size.badHeaders} bad headers of one peer`
    return {
      ...benchFrame(context, { workload, repeats: size.blocks }),
      nodes: size.nodes,
      blockBytes: Math.round(delivered / size.blocks),
      bytesPerNodeToBlock,
      deliveryMs: { inPeace: spreadOf(inPeace, 0), underFlood: spreadOf(underFlood, 0) },
      secondHeader,
      flood,
    }
  } finally {
    await peers?.stop()
    wire.end()
    await rm(directory, { recursive: true })
  }
}

function chainFrom({ config, clock }: GossipContext, { messages }: GossipSize): SignedChain {
  const derive = deriveFrom(`gossip ${seedOf(config)}`)
  return new SignedChain({
    secret: deriveScalar(derive, 'sequencer'),
    rollup: deriveScalar(derive, 'rollup').subarray(0, 20),
    startMs: clock.now() - 3_600_000,
    messages,
  })
}

/** Seals blocks one after the other, each published by another node. @returns how long each took to be everywhere. */
async function deliver(
  { signal }: GossipContext,
  { all }: Peers,
  chain: SignedChain,
  blocks: number,
): Promise<number[]> {
  const tookMs: number[] = []
  for (let i = 0; i < blocks; i += 1) {
    const block = chain.seal()
    const begun = performance.now()
    await all[i % all.length]?.publish(block)
    await until(`block ${block.header.number} everywhere`, () => all.every((each) => hasBlock(each, block)), signal)
    tookMs.push(performance.now() - begun)
  }
  return tookMs
}

const hasBlock = (peer: Peers['all'][number], { header }: BlockView): boolean =>
  peer.status().blocks.head >= header.number

/** Two nodes publish two blocks of one place, both signed. */
async function plantSecond(
  { signal }: GossipContext,
  { all }: Peers,
  chain: SignedChain,
): Promise<GossipReport['secondHeader']> {
  const first = chain.seal()
  const second = chain.draw(1, true)
  const begun = performance.now()
  await Promise.all([all[0]?.publish(first), all.at(-1)?.publish(second)])
  const knowing = (): number => all.filter((each) => each.evidence().length === 1).length
  await until('both headers everywhere', () => knowing() === all.length, signal)
  return { knownToAllMs: performance.now() - begun, knowing: knowing() }
}

async function floodWith(
  context: GossipContext,
  peers: Peers,
  chain: SignedChain,
  { blocks, badHeaders }: GossipSize,
): Promise<{ readonly flood: GossipReport['flood']; readonly underFlood: number[] }> {
  const { header, signature } = chain.draw(2)
  const work: BadPeerWork = {
    rollup: chain.rollup,
    genesis: chain.genesis,
    address: peers.address,
    template: SignedHeaderType.serialize({ header, signature: Uint8Array.from(signature) }),
    headers: badHeaders,
  }
  const worker = new Worker(new URL('./bad-peer.ts', import.meta.url), { workerData: work })
  try {
    await once(worker, 'message')
    const ended = once(worker, 'message') as Promise<[BadPeerResult]>
    const underFlood = await deliver(context, peers, chain, blocks)
    const [{ sent, isGone }] = await ended
    const banned = peers.all[0]?.status().banned ?? 0
    const flood = {
      headers: sent,
      isGone: isGone && banned > 0,
      delivered: underFlood.length,
      nodesWithoutPeers: peers.all.filter((each) => each.status().peers.length === 0).length,
    }
    return { flood, underFlood }
  } finally {
    await worker.terminate()
  }
}
