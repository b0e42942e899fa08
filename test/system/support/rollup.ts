import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batcher, type BatcherOptions, createBatcher } from '@parley/batcher'
import {
  createNodeClient,
  createSequencerBlockSource,
  createSequencerClient,
  localOwner,
  type NodeClient,
  type SequencerClient,
} from '@parley/client'
import { createLocalDa } from '@parley/da-adapters'
import { createExecution } from '@parley/execution'
import { type Anvil, type Deployment, type DevRoles, deriveRoles, devMnemonic } from '@parley/infra'
import { createNode, createNodeServer, type NodeOptions, type NodeStore, type ParleyNode } from '@parley/node'
import {
  type ChainConfig,
  type DataAvailability,
  ownerAddress,
  type SettlementReader,
  signDigestRecoverable,
} from '@parley/protocol'
import { createSequencer, openJournal, type Sequencer } from '@parley/sequencer'
import {
  type ClaimerSettlement,
  createSettlementMetrics,
  l2Transport,
  openSettlement,
  openSettlementReader,
  readerDefaults,
  settlementDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { createPublicClient, hexToBytes, http, type PublicClient } from 'viem'
import { clock } from './clock.ts'
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

/** Shards in which the one owner has an account. */
export const openShards = [3, 40] as const

/** An L2 with a block a second, Parley on it, a sequencer, and a directory as DA layer; batchers and nodes as a test asks. */
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
  sequencer!: Sequencer
  client!: SequencerClient

  static async start(): Promise<Rollup> {
    const rollup = new Rollup()
    try {
      await rollup.open()
      return rollup
    } catch (error) {
      await rollup.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop()
  }

  private async open(): Promise<void> {
    const { roles } = this
    this.chain = await startL2()
    this.stops.push(() => this.chain.stop())
    this.l2 = createPublicClient({ transport: http(this.chain.url), cacheTime: 0 })
    this.deployment = await deployParley(this.chain, roles, this.owner.address, openShards)
    this.daDirectory = await mkdtemp(join(tmpdir(), 'parley-system-'))
    this.stops.push(() => rm(this.daDirectory, { recursive: true, force: true }))
    this.da = await createLocalDa({ log }, { dir: this.daDirectory })
    this.stops.push(() => this.da.close())
    await this.startSequencer()
  }

  get owner() {
    return localOwner((this.roles.users[0] as DevRoles['funder']).secret)
  }

  reader(): Promise<SettlementReader> {
    return openSettlementReader(this.settlementDeps(), { ...readerDefaults, ...this.place }, forever)
  }

  private settlementDeps() {
    return {
      transport: l2Transport(this.chain.url, { timeoutMs: 10_000 }),
      clock,
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
  private readonly sequencerStore = byteStore()
  private stopSequencer: (() => Promise<void>) | undefined

  /** Ends the sequencer if there is one and starts it on what that one stored, under another URL. */
  async startSequencer(): Promise<void> {
    await this.stopSequencer?.()
    const settlement = await this.reader()
    this.config = await settlement.config(forever)
    const execution = await createExecution({ config: this.config, log }, { lanes: 2 })
    const journal = await openJournal({ db: this.journalStore })
    const { secret } = this.roles.sequencer
    const sequencer = createSequencer(
      {
        config: this.config,
        execution,
        journal,
        store: this.sequencerStore,
        settlement,
        signer: { address: ownerAddress(secret), sign: async (digest) => signDigestRecoverable(secret, digest) },
        clock,
        log,
        registry: new Registry(),
      },
      { sealing: { minAgeMs: 250, minOperations: 32, maxWaitMs: 500 } },
    )
    const stop = async (): Promise<void> => {
      await sequencer.stop()
      await journal.close()
      await execution.close()
    }
    if (this.stopSequencer === undefined) this.stops.push(async () => this.stopSequencer?.())
    this.stopSequencer = stop
    await sequencer.start()
    this.sequencer = sequencer
    this.client = createSequencerClient({ url: sequencer.url, clock })
  }

  /** Starts a batcher on the plans and the account that the one before it left. */
  async startBatcher(options: BatcherOptions = {}): Promise<Running<Batcher>> {
    const settlement = await this.claimer()
    const blocks = createSequencerBlockSource(
      { url: this.sequencer.url, clock },
      { deployment: this.config, sequencer: hexToBytes(this.roles.sequencer.address) },
    )
    const batcher = createBatcher(
      {
        blocks,
        layers: { core: this.da, witness: this.da },
        settlement,
        store: this.planStore,
        clock,
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
  async startNode(store: NodeStore = textStore(), options: NodeOptions = {}, lanes = 1): Promise<RunningNode> {
    const registry = new Registry()
    const da = await createLocalDa({ log }, { dir: this.daDirectory })
    const node = await createNode(
      {
        settlement: await this.reader(),
        layers: new Map([[da.layer, da]]),
        createExecution: (config) => createExecution({ config, log }, { lanes }),
        store,
        clock,
        log,
        metrics: registry,
      },
      { maxBackoffMs: 500, ...options },
    )
    const server = await createNodeServer({ node, registry, clock, log })
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
    const client = createNodeClient({ url: server.url, clock }, { chainId: this.config.chainId })
    return { ...stopped, url: server.url, client }
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
