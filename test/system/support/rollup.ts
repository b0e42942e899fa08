import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batcher, type BatcherOptions, createBatcher } from '@parley/batcher'
import {
  createNodeClient,
  createSequencerClient,
  localOwner,
  type NodeClient,
  type SequencerClient,
} from '@parley/client'
import { createSequencerBlockSource } from '@parley/client/blocks'
import { createLocalDa } from '@parley/da-adapters'
import { createExecution } from '@parley/execution'
import { rpcTransport } from '@parley/http'
import type { Deployment, Preset } from '@parley/infra'
import { openJournal } from '@parley/journal'
import { type Anvil, type DevRoles, deriveRoles, devMnemonic } from '@parley/lab'
import {
  type ClaimContester,
  createNode,
  createNodeServer,
  type EvidenceSender,
  type NodeOptions,
  type NodeStore,
  type ParleyNode,
  type PartArchive,
  type WatchedSource,
} from '@parley/node'
import {
  type ChainConfig,
  type DataAvailability,
  ownerAddress,
  type SettlementReader,
  signDigestRecoverable,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSequencer, type Life, type Lives, startLives } from '@parley/sequencer'
import {
  type ChainReader,
  type ClaimerSettlement,
  createSettlementMetrics,
  openSettlement,
  openSettlementReader,
  readerDefaults,
  settlementDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex, createPublicClient, http, type PublicClient } from 'viem'
import { Conversations, type Speaker } from './conversations.ts'
import { forever, log } from './l2.ts'
import { byteStore, textStore } from './memory-stores.ts'
import { type PublishedFile, publishedFiles } from './published-files.ts'
import { deployParley, startL2 } from './rollup-l2.ts'
import { type Running, running } from './running.ts'

const pollMs = 100

export interface RunningNode extends Running<ParleyNode> {
  readonly url: string
  readonly client: NodeClient
}

interface NodeSurroundings {
  readonly lanes?: number
  readonly contester?: ClaimContester
  /** Another directory than the one that is published to: what a node is served then. */
  readonly daDirectory?: string
  /** Whom the node asks for what its layer does not serve. */
  readonly archives?: readonly PartArchive[]
  /** Shows second headers on the L2. */
  readonly sender?: EvidenceSender
  /** Whose signed headers the node watches. */
  readonly watched?: readonly WatchedSource[]
}

/** Shards in which the one owner has an account. */
export const openShards = [3, 40] as const

/** An L2 with two blocks a second, Parley on it, a sequencer, and a directory as DA layer; batchers and nodes as a test asks. */
export class Rollup {
  readonly roles: DevRoles = deriveRoles(devMnemonic, 1)
  readonly claimerStore = textStore()
  readonly planStore = textStore()
  private readonly spoken = new Conversations(this)
  private readonly stops: (() => Promise<void>)[] = []
  chain!: Anvil
  l2!: PublicClient
  deployment!: Deployment
  config!: ChainConfig
  da!: DataAvailability
  daDirectory!: string
  sequencer!: Lives
  client!: SequencerClient

  /**
   * @param changed - What is other than in the preset for development.
   * @param safeAfterBlocks - L2 blocks that may be reorganised without taking back what the sequencer has acted on.
   */
  static async start(changed: Partial<Preset> = {}, safeAfterBlocks = 1): Promise<Rollup> {
    const rollup = new Rollup()
    try {
      await rollup.open(changed, safeAfterBlocks)
      return rollup
    } catch (error) {
      await rollup.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop()
  }

  private async open(changed: Partial<Preset>, safeAfterBlocks: number): Promise<void> {
    const { roles } = this
    this.chain = await startL2(safeAfterBlocks)
    this.stops.push(() => this.chain.stop())
    this.l2 = createPublicClient({ transport: http(this.chain.url), cacheTime: 0 })
    this.deployment = await deployParley(this.chain, roles, this.owner.address, openShards, changed)
    this.daDirectory = await mkdtemp(join(tmpdir(), 'parley-system-'))
    this.stops.push(() => rm(this.daDirectory, { recursive: true, force: true }))
    this.da = await createLocalDa({ log }, { dir: this.daDirectory })
    this.stops.push(() => this.da.close())
    await this.startSequencer()
  }

  get owner() {
    return localOwner((this.roles.users[0] as DevRoles['funder']).secret)
  }

  reader(): Promise<ChainReader> {
    return openSettlementReader(this.settlementDeps(), { ...readerDefaults, ...this.place }, forever)
  }

  private settlementDeps() {
    return {
      transport: rpcTransport(this.chain.url, { timeoutMs: 10_000 }),
      clock: systemClock,
      log,
      metrics: createSettlementMetrics(new Registry()),
    }
  }

  private get place() {
    return { rollup: this.deployment.rollup, pollMs }
  }

  /** The one account that claims; one at a time. */
  async claimer(): Promise<ClaimerSettlement> {
    const deps = { ...this.settlementDeps(), secret: this.roles.batcher.secret, store: this.claimerStore }
    const settlement = await openSettlement(deps, { ...settlementDefaults, ...this.place }, forever)
    await settlement.ensureBond(forever)
    return settlement
  }

  private readonly journalStore = byteStore()
  private markStore = byteStore()
  private readonly sequencerStore = byteStore()
  private stopSequencer: (() => Promise<void>) | undefined
  private key: { readonly secret: Uint8Array } = this.roles.sequencer

  /** Ends the sequencer if there is one and starts it on what that one stored, under another URL, with the key that is to sign on. */
  async startSequencer(
    key: { readonly secret: Uint8Array } = this.roles.sequencer,
    { newMark = false } = {},
  ): Promise<void> {
    await this.stopSequencer?.()
    this.key = key
    if (newMark) this.markStore = byteStore()
    const settlement = await this.reader()
    this.config = await settlement.config(forever)
    const lives = await startLives((port) => this.beginLife(settlement, port ?? 0))
    if (this.stopSequencer === undefined) this.stops.push(async () => this.stopSequencer?.())
    this.stopSequencer = () => lives.stop()
    this.sequencer = lives
    this.client = createSequencerClient({ url: lives.url, clock: systemClock })
  }

  private async beginLife(settlement: SettlementReader, port: number): Promise<Life> {
    const execution = await createExecution({ config: this.config, log }, { lanes: 2 })
    const journal = await openJournal({ db: this.journalStore })
    const { secret } = this.key
    const sequencer = createSequencer(
      {
        config: this.config,
        execution,
        journal,
        store: this.sequencerStore,
        settlement,
        signer: { address: ownerAddress(secret), sign: async (digest) => signDigestRecoverable(secret, digest) },
        signedHeaders: this.markStore,
        witnesses: [],
        clock: systemClock,
        log,
        registry: new Registry(),
      },
      { alone: true, sealing: { minAgeMs: 250, minOperations: 32, maxWaitMs: 500 }, http: { port } },
    )
    return {
      sequencer,
      async close() {
        await journal.close()
        await execution.close()
      },
    }
  }

  /**
   * Starts a batcher on the plans and the account that the one before it left.
   * @param answers - Whether it answers what is asked of its claims: left alone they fall, as tests of removals want.
   */
  async startBatcher(options: BatcherOptions = {}, { answers = false } = {}): Promise<Running<Batcher>> {
    const settlement = await this.claimer()
    const blocks = createSequencerBlockSource(
      { url: this.sequencer.url, clock: systemClock },
      { deployment: this.config, keys: async (signal) => (await settlement.schedule(signal)).keys },
    )
    const batcher = createBatcher(
      {
        blocks,
        layers: { core: [this.da], witness: [this.da] },
        settlement,
        ...(answers ? { defence: settlement } : {}),
        store: this.planStore,
        clock: systemClock,
        log,
        metrics: new Registry(),
      },
      { maxAgeMs: 300, watchEveryMs: 500, maxBackoffMs: 2_000, ...options },
    )
    return this.stoppedFirst(
      running(batcher, async (signal) => {
        try {
          await batcher.run(signal)
        } finally {
          await settlement.close()
        }
      }),
    )
  }

  /** Starts a node that knows the L2 and the DA layer only. */
  async startNode(
    store: NodeStore = textStore(),
    options: NodeOptions = {},
    {
      lanes = 1,
      contester,
      daDirectory = this.daDirectory,
      sender,
      watched = [],
      archives = [],
    }: NodeSurroundings = {},
  ): Promise<RunningNode> {
    const registry = new Registry()
    const da = await createLocalDa({ log }, { dir: daDirectory })
    const settlement = await this.reader()
    const node = await createNode(
      {
        settlement,
        watch: {
          sources: watched,
          evidencePeriod: settlement.evidencePeriod,
          ...(sender === undefined ? {} : { sender }),
        },
        layers: new Map([[da.layer, da]]),
        archives,
        createExecution: (config) => createExecution({ config, log }, { lanes }),
        store,
        ...(contester === undefined ? {} : { contester }),
        clock: systemClock,
        log,
        metrics: registry,
      },
      { maxBackoffMs: 500, lookEveryMs: 200, ...options },
    )
    const server = await createNodeServer({ node, registry, clock: systemClock, log })
    const one = running(node, async (signal) => {
      try {
        await node.run(signal)
      } finally {
        await da.close()
      }
    })
    const stopped = this.stoppedFirst({
      ...one,
      stop: () => Promise.all([one.stop(), server.close()]).then(() => undefined),
    })
    return { ...stopped, url: server.url, client: this.nodeClient(server.url) }
  }

  /** A client that believes the L2 and no node. */
  nodeClient(url: string): NodeClient {
    const l2 = { client: this.l2, rollup: bytesToHex(this.deployment.rollup) }
    return createNodeClient({ url, clock: systemClock, l2 }, { chainId: this.config.chainId })
  }

  private stoppedFirst<T>(one: Running<T>): Running<T> {
    this.stops.push(() => one.stop())
    return one
  }

  /** Creates a conversation of two and gives its second member. */
  converse(shard: (typeof openShards)[number]): Promise<Speaker> {
    return this.spoken.create(shard)
  }

  /** Secret of the admin of a conversation made here. */
  adminSecret(speaker: Speaker): Uint8Array {
    return this.spoken.adminSecret(speaker)
  }

  /** Sends `count` messages of the conversation's second member. */
  say(speaker: Speaker, count: number): Promise<void> {
    return this.spoken.say(speaker, count)
  }

  /** Root of the sequencer's latest block once it has sealed everything said. */
  sealedRoot(): ReturnType<Conversations['sealedRoot']> {
    return this.spoken.sealedRoot()
  }

  /** Files of the DA layer. */
  published(): Promise<PublishedFile[]> {
    return publishedFiles(this.daDirectory)
  }

  /** Replaces the last `depth` L2 blocks by empty ones. */
  async reorganise(depth: number): Promise<void> {
    await this.l2.request({ method: 'anvil_reorg' as never, params: [depth, []] as never })
  }
}
