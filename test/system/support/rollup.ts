import { hash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batcher, type BatcherOptions, createBatcher } from '@parley/batcher'
import {
  buildCreateConversation,
  consentOf,
  createNodeClient,
  createSequencerBlockSource,
  createSequencerClient,
  localOwner,
  type NodeClient,
  type SequencerClient,
  signMessage,
} from '@parley/client'
import { createLocalDa } from '@parley/da-adapters'
import { createExecution } from '@parley/execution'
import {
  type Anvil,
  type Deployment,
  type DevRoles,
  deploy,
  deriveRoles,
  devMnemonic,
  devPreset,
  openAccounts,
  startAnvil,
} from '@parley/infra'
import {
  createNode,
  createNodeServer,
  type NodeOptions,
  type NodeStatus,
  type NodeStore,
  type ParleyNode,
} from '@parley/node'
import {
  type ChainConfig,
  type DataAvailability,
  type MemberKey,
  memberKey,
  ownerAddress,
  type SettlementReader,
  signDigestRecoverable,
} from '@parley/protocol'
import { createSequencer, openJournal, type Sequencer } from '@parley/sequencer'
import {
  type ClaimerSettlement,
  createSenderMetrics,
  createSettlementMetrics,
  l2Transport,
  openSettlement,
  openSettlementReader,
  readerDefaults,
  settlementDefaults,
} from '@parley/settlement'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { createPublicClient, hexToBytes, http, type PublicClient } from 'viem'
import { clock, until } from './clock.ts'
import { forever, log } from './l2.ts'

const pollMs = 100
const textStore = () => new MemoryLevel<string, string>()
const byteStore = () => new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })

/** Something that runs until it is stopped. */
export interface Running<T> {
  readonly part: T
  /** What it ended with; undefined when it was stopped. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

export interface RunningNode extends Running<ParleyNode> {
  readonly url: string
  readonly client: NodeClient
}

function running<T>(part: T, run: (signal: AbortSignal) => Promise<void>): Running<T> {
  const controller = new AbortController()
  const ended = run(controller.signal).then(
    () => undefined,
    (error: unknown) => error,
  )
  return {
    part,
    ended,
    async stop() {
      controller.abort()
      await ended
    },
  }
}

/** Shards in which the one owner has an account. */
export const openShards = [3, 40] as const

/** An L2 with a block a second, Parley on it, a sequencer, and a directory as DA layer; batchers and nodes as a test asks. */
export class Rollup {
  readonly roles: DevRoles = deriveRoles(devMnemonic, 1)
  readonly claimerStore = textStore()
  readonly planStore = textStore()
  readonly conversations: Speaker[] = []
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
    this.chain = await startAnvil(
      { clock, log },
      {
        family: 'optimism',
        chainId: 901,
        hardfork: 'jovian',
        mining: { kind: 'interval', seconds: 1 },
        mnemonic: devMnemonic,
        accounts: 11,
        safeAfterBlocks: 1,
        gasLimit: 30_000_000n,
        readyWithinMs: 20_000,
      },
      forever,
    )
    this.stops.push(() => this.chain.stop())
    this.l2 = createPublicClient({ transport: http(this.chain.url), cacheTime: 0 })
    this.deployment = await deploy(
      { log },
      {
        url: this.chain.url,
        deployer: roles.deployer.secret,
        preset: devPreset,
        sequencer: hexToBytes(roles.sequencer.address),
        operator: hexToBytes(roles.pricePusher.address),
        treasury: hexToBytes(roles.deployer.address),
        claimer: hexToBytes(roles.batcher.address),
        withinMs: 30_000,
      },
    )
    await openAccounts(
      { clock, log, metrics: createSenderMetrics(new Registry()), store: textStore() },
      {
        url: this.chain.url,
        deployment: this.deployment,
        funder: roles.funder.secret,
        owners: [this.owner.address],
        shards: [...openShards],
        amount: 10n ** 12n,
      },
      forever,
    )
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
  async converse(shard: (typeof openShards)[number]): Promise<Speaker> {
    const account = await eventually(`an account in shard ${shard}`, () => this.client.account(shard, 0))
    const keys = [0, 1].map((slot) => memberKey(secretOf(shard, this.conversations.length, slot)))
    const members = keys.map(({ key }, slot) => ({
      key,
      role: slot === 0 ? 2 : 1,
      allowance: 10n ** 9n,
      priceLimit: 10n ** 7n,
    }))
    const create = { shard, account: 0, nonce: account.nonce, salt: bytesOf(`${this.conversations.length}`), members }
    const consents = keys.map((key) => consentOf(this.config.chainId, key))
    const operation = await buildCreateConversation(this.config, create, this.owner, consents)
    const receipt = await this.client.submitOperation(operation)
    if (!receipt.accepted) throw new Error(`refused: ${receipt.refusal}`)
    const index = Number(receipt.position)
    const conversation = await this.client.conversation(shard, index)
    const speaker = { shard, index, id: conversation?.id as Uint8Array, key: keys[1] as MemberKey, nonce: 1n }
    this.conversations.push(speaker)
    return speaker
  }

  /** Secret of the admin of a conversation made here. */
  adminSecret(speaker: Speaker): Uint8Array {
    return secretOf(speaker.shard, this.conversations.indexOf(speaker), 0)
  }

  /** Sends `count` messages of the conversation's second member. */
  async say(speaker: Speaker, count: number): Promise<void> {
    const { shard, index, id, key } = speaker
    const messages = Array.from({ length: count }, (_, i) =>
      signMessage(
        this.config.chainId,
        {
          shard,
          conversation: index,
          conversationId: id,
          member: 1,
          nonce: speaker.nonce + BigInt(i),
          content: bytesOf(`content ${shard} ${index} ${speaker.nonce + BigInt(i)}`),
        },
        key,
      ),
    )
    const receipts = await this.client.submitMessages(messages)
    const refused = receipts.find((receipt) => !receipt.accepted)
    if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`)
    speaker.nonce += BigInt(count)
  }

  /** Root of the sequencer's latest block once it has sealed everything said. */
  async sealedRoot(): Promise<{ readonly number: bigint; readonly stateRoot: Uint8Array }> {
    const spoken = this.conversations.reduce((sum, { nonce }) => sum + nonce - 1n, 0n)
    return eventually('everything sealed', async () => {
      const latest = await this.client.block('latest')
      if (latest === undefined) return undefined
      let messages = 0n
      for (let number = latest.block.header.number; number > 0n; number -= 1n) {
        const sealed = await this.client.block(number)
        for (const run of sealed?.block.runs ?? [])
          for (const { body } of run.segments) if (body.selector === 0) messages += BigInt(body.value.length)
      }
      return messages === spoken ? latest.block.header : undefined
    })
  }

  /** Files of the DA layer, with how to put bytes in their place. */
  async published(): Promise<{ readonly path: string; readonly bytes: Buffer }[]> {
    const names = await readdir(this.daDirectory, { recursive: true, withFileTypes: true })
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return Promise.all(files.map(async (path) => ({ path, bytes: await readFile(path) })))
  }

  /** Replaces the last `depth` L2 blocks by empty ones. */
  async reorganise(depth: number): Promise<void> {
    await this.l2.request({ method: 'anvil_reorg' as never, params: [depth, []] as never })
  }
}

export interface Speaker {
  readonly shard: number
  readonly index: number
  readonly id: Uint8Array
  readonly key: MemberKey
  nonce: bigint
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(hash('sha256', text, 'buffer'))

const secretOf = (shard: number, conversation: number, slot: number): Uint8Array =>
  bytesOf(`key ${shard} ${conversation} ${slot}`)

/** The first answer that is not undefined, within half a minute. */
async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  let answer: T | undefined
  try {
    await until(async () => {
      answer = await ask()
      return answer !== undefined
    }, 30_000)
  } catch (cause) {
    throw new Error(`did not come: ${what}`, { cause })
  }
  return answer as T
}

/** Waits until a node's status is as wanted; the last one stands in the failure. */
export async function untilStatus(
  node: ParleyNode,
  what: string,
  holds: (status: NodeStatus) => boolean,
  withinMs = 45_000,
): Promise<NodeStatus> {
  let last: NodeStatus | undefined
  try {
    await until(async () => {
      last = await node.status()
      return holds(last)
    }, withinMs)
  } catch (cause) {
    const { shardRoots: _, ...seen } = last ?? ({} as NodeStatus)
    const text = JSON.stringify(seen, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
    throw new Error(`did not come: ${what}; ${text}`, { cause })
  }
  return last as NodeStatus
}

/** Another place on disk for bytes that were changed. */
export const rewrite = (path: string, bytes: Uint8Array): Promise<void> => writeFile(path, bytes)
