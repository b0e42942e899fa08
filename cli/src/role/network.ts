import { join } from 'node:path'
import { createSequencerBlockSource } from '@parley/client/blocks'
import { chooseVerifier } from '@parley/execution'
import type { EvidencePair, Network } from '@parley/network'
import { CodedError, type SettlementReader, type SignedHeader } from '@parley/protocol'
import { pause } from '@parley/runtime'
import type { Registry } from 'prom-client'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import type { Closing } from './closing.ts'
import type { DataDir } from './data-dir.ts'
import { L2NetworkChain } from './network-chain.ts'
import { networkKey } from './network-key.ts'

export interface NetworkRole {
  readonly settlement: SettlementReader
  readonly dataDir: DataDir
  readonly registry: Registry
  /** Number of the last final block; left out by who does not follow finality, which peers are told as 0. */
  readonly final?: () => Promise<bigint>
  /** Takes signed headers that peers told, those of evidence, too. */
  readonly onHeader?: (header: SignedHeader) => Promise<unknown>
}

/** Taking part in gossip, until the role's closing. */
export interface Gossip {
  readonly network: Network
  readonly chain: L2NetworkChain
  /** Rejects when the network cannot go on. */
  readonly failed: Promise<unknown>
  readonly signal: AbortSignal
}

/** The L2 is not asked more often for the sake of peers. Milliseconds. */
const minLookMs = 2_000
/** Milliseconds before blocks are read anew. */
const againMs = 1_000

/** Takes part where the configuration says so. @throws {NetworkError}, {CliError} `CONFIG_VALUE_INVALID`. */
export async function joinNetwork(context: Context, role: NetworkRole, closing: Closing): Promise<Gossip | undefined> {
  const { config, clock, signal } = context
  const { on, keyFile, keptMib, ...options } = config.p2p
  if (!on) return undefined
  const log = context.log.child({ part: 'network' })
  // Roles that take no part need not load it.
  const { createIdentity, createNetwork } = await import('@parley/network')
  const { settlement, dataDir, registry, final = async () => 0n, onHeader } = role
  const chain = await L2NetworkChain.open(
    { settlement, rollup: needed(config, 'l2.rollup'), final, clock, log },
    signal,
  )
  const store = await dataDir.bytes('network')
  const identity = await networkKey(keyFile ?? join(dataDir.path, 'peer.key'), createIdentity)
  const take = onHeader && tolerant(onHeader, context)
  const network = await createNetwork(
    {
      chain,
      identity,
      store,
      verifier: chooseVerifier(config.run.verifier),
      clock,
      log,
      registry,
      ...(take && {
        onHeader: take,
        onEvidence: async ({ a, b }: EvidencePair) => {
          for (const header of [a, b]) await take(header)
        },
      }),
    },
    { ...options, keptBytes: keptMib * 2 ** 20 },
  )
  closing.add(() => network.stop())
  const stopping = new AbortController()
  const following = chain.follow(Math.max(config.l2.pollMs, minLookMs), stopping.signal)
  closing.add(async () => {
    stopping.abort()
    // What it failed with is told by `failed`.
    await following.catch(() => undefined)
  })
  return { network, chain, failed: following, signal: stopping.signal }
}

/** Rejects with the first failure of parts that run side by side; never resolves, as they end when the role is closed. */
export function anyFailed(parts: readonly Promise<unknown>[]): Promise<never> {
  const never = new Promise<never>(() => undefined)
  return Promise.race(parts.map((part) => part.then(() => never)))
}

/** What is not taken now, for the L2 does not answer or there is no room, is told; it is no fault of the network's. */
function tolerant(
  take: (header: SignedHeader) => Promise<unknown>,
  { log }: Pick<Context, 'log'>,
): (header: SignedHeader) => Promise<void> {
  return async (header) => {
    try {
      await take(header)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      log.warn({ fault: error.toJSON(), block: header.header.number }, 'a header of a peer was not taken')
    }
  }
}

/** Gossips what is sealed at `url`, the feed of this very process, until the network is left. */
export async function gossipBlocks(
  { config, clock, log }: Context,
  { network, chain, signal }: Gossip,
  settlement: SettlementReader,
  url: string,
): Promise<void> {
  const source = createSequencerBlockSource(
    { url, clock, verifier: chooseVerifier(config.run.verifier) },
    {
      deployment: await settlement.config(signal),
      keys: (inner) => chain.keys(true, inner),
      // Its own process has checked or made them.
      checkRuns: false,
    },
  )
  while (!signal.aborted)
    try {
      for await (const view of source.blocks(chain.claimed() + 1n, signal)) await network.publish(view)
    } catch (error) {
      if (signal.aborted) return
      // A removal, a key that was replaced, a role that starts again within: it is read anew.
      if (!(error instanceof CodedError)) throw error
      log.debug({ fault: error.toJSON() }, 'blocks to be gossiped are read anew')
      await pause(clock, againMs, signal)
    }
}
