import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Closing } from '@parley/cli/roles'
import { createSequencerClient } from '@parley/client'
import { limits, ownerAddress } from '@parley/protocol'
import type { Context } from '../context.ts'
import { openGateway } from '../load/open-gateway.ts'
import { deriveFrom, deriveScalar } from '../load/seeded.ts'
import { nativeSigner } from '../load/signer.ts'
import type { Talk } from '../load/talk.ts'
import { type Stack, type StackOptions, startStack } from '../stack/stack.ts'
import { seedOf } from './frame.ts'
import { openStackReader } from './pipeline-load.ts'
import { createTalks } from './prepare.ts'
import type { PreparedLoad } from './prepared-load.ts'
import { signLoads } from './sign-load.ts'

export type BenchStackOptions = Pick<
  StackOptions,
  'layer' | 'maxFeeds' | 'messaging' | 'relay' | 'sealing' | 'chains' | 'changed' | 'settings'
> &
  Partial<Pick<StackOptions, 'batchAgeMs'>>

/** A whole deployment for a measurement, without a verifying node. */
export interface BenchStack {
  readonly stack: Stack
  /** Data and logs of all parts. */
  readonly dataDir: string
  readonly lanes: number
  readonly verifier: string
  /**
   * Creates conversations and signs loads for them beforehand, to be sent in this order. Call once.
   * @param talks - Conversations, a multiple of the load's streams; as many as keep all lanes busy when left out.
   */
  sign(load: PreparedLoad, count: number, talks?: number): Promise<SignedLoads>
  /** Creates conversations of two, spread over the shards, each member with an allowance for so many messages. Call once. */
  talk(count: number, messages: number): Promise<readonly Talk[]>
  /** Aborts when the measurement ends. */
  readonly signal: AbortSignal
}

export interface SignedLoads {
  /** A file for each load. */
  readonly paths: readonly string[]
  /** Where the conversations lie. */
  readonly places: readonly (readonly [shard: number, index: number])[]
}

/** Unless the measurement says otherwise. */
const batchAgeMs = 1_000

export const messagesOf = ({ streams, bodiesPerStream, messagesPerBody }: PreparedLoad): number =>
  streams * bodiesPerStream * messagesPerBody

/** Connections: so many that enough is under way for the journal to write together, one request on each. */
export const streamsOf = (messagesPerBody: number): number =>
  Math.min(256, Math.max(32, Math.ceil(2_560 / messagesPerBody)))

/** Conversations of a load: those of a stream are its own, in neighbouring shards, so that every request touches all lanes. */
export const talksOf = (streams: number): number => streams * Math.max(16, Math.ceil((32 * limits.shards) / streams))

/** Starts everything, measures, and ends everything. @throws what any part fails with. */
export async function withBenchStack<T>(
  context: Context,
  options: BenchStackOptions,
  measure: (bench: BenchStack) => Promise<T>,
): Promise<T> {
  const { config, err } = context
  const dataDir = config.run.dataDir ?? (await mkdtemp(join(tmpdir(), 'parley-bench-')))
  const ending = new AbortController()
  const closing = new Closing()
  try {
    const signal = AbortSignal.any([context.signal, ending.signal])
    const bench = await start(context, dataDir, options, signal)
    closing.add(() => bench.stack.stop())
    return await Promise.race([measure(bench), bench.stack.failed])
  } finally {
    ending.abort()
    await closing.close()
    if (config.run.dataDir === undefined) await rm(dataDir, { recursive: true })
    else err.write(`data and logs are in ${dataDir}\n`)
  }
}

async function start(
  context: Context,
  dataDir: string,
  options: BenchStackOptions,
  signal: AbortSignal,
): Promise<BenchStack> {
  const { config } = context
  const seed = `bench ${seedOf(config)}`
  const owner = deriveScalar(deriveFrom(seed), 'owner')
  const stack = await startStack(
    context,
    {
      dataDir,
      batchAgeMs,
      ...options,
      lanes: config.run.lanes,
      verifier: config.run.verifier,
      logLevel: 'warn',
      virtual: undefined,
      owners: [ownerAddress(owner)],
      node: false,
      pushPrices: false,
    },
    signal,
  )
  const { lanes, verifier } = stack.roles.get('sequencer').ready as { lanes: number; verifier: string }
  const sign: BenchStack['sign'] = (load, count, talks = talksOf(load.streams)) =>
    signAll(context, stack, { dataDir, seed, owner, load, count, talks }, signal)
  const talk: BenchStack['talk'] = (count, messages) =>
    createAll(context, stack, { seed, owner, count, messages }, signal).then(({ talks }) => talks)
  return { stack, dataDir, lanes, verifier, sign, talk, signal }
}

interface Signing {
  readonly dataDir: string
  readonly seed: string
  readonly owner: Uint8Array
  readonly load: PreparedLoad
  readonly count: number
  readonly talks: number
}

async function signAll(
  context: Context,
  stack: Stack,
  { dataDir, seed, owner, load, count, talks }: Signing,
  signal: AbortSignal,
): Promise<SignedLoads> {
  const messages = Math.ceil((messagesOf(load) * count) / talks) + count
  const { talks: created, chainId } = await createAll(context, stack, { seed, owner, count: talks, messages }, signal)
  const paths = Array.from({ length: count }, (_, number) => join(dataDir, `load-${number}`))
  await signLoads(paths, created, { seed, chainId, load })
  context.err.write(`${messagesOf(load) * count} messages are signed\n`)
  return { paths, places: created.map(({ shard, index }) => [shard, index] as const) }
}

interface Creating extends Pick<Signing, 'seed' | 'owner'> {
  readonly count: number
  readonly messages: number
}

async function createAll(
  context: Context,
  { places, accounts }: Stack,
  { seed, owner, count, messages }: Creating,
  signal: AbortSignal,
): Promise<{ readonly talks: readonly Talk[]; readonly chainId: bigint }> {
  const { clock } = context
  const client = createSequencerClient({ url: places.sequencerUrl, clock })
  const signer = nativeSigner()
  const gateway = await openGateway({ client, signer, clock }, owner, accounts, signal)
  const chain = await (await openStackReader(context, places, signal)).config(signal)
  const derive = deriveFrom(seed)
  const deps = { client, config: chain, prices: chain.genesis.prices, gateway, derive, signer, clock }
  return { talks: await createTalks(deps, { count, messages }, signal), chainId: chain.chainId }
}
