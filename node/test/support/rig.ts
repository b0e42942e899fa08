import { createExecution, ExecutionError } from '@parley/execution'
import type { ChainConfig, QueuedItem } from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import {
  type ClaimContester,
  createNode,
  createNodeServer,
  type NodeOptions,
  type NodeServer,
  type NodeStore,
  type ParleyNode,
  type PartArchive,
  type SnapshotSource,
  type WatchSetup,
} from '../../src/index.ts'
import { addGuest, removeGuest, TestChain } from './chain.ts'
import { claimed, claimOf, ScriptedL2, SpoilableDa, type TestClaim } from './l2.ts'

export const log = pino({ level: 'silent' })

interface PreparedChain {
  readonly chain: TestChain
  readonly built: readonly BuiltBlock[]
  readonly items: readonly QueuedItem[]
}

let prepared: PreparedChain | undefined

/** Built once: a signature takes milliseconds in plain JavaScript. */
function preparedChain(): PreparedChain {
  if (prepared !== undefined) return prepared
  const chain = new TestChain()
  const items = [chain.deposit(3), chain.deposit(40)]
  const built = [
    chain.build([chain.create(3), chain.create(40)], 2),
    chain.build(chain.say(3, 40)),
    chain.build([chain.change(3, addGuest), ...chain.say(40, 2)]),
    chain.build([chain.change(3, removeGuest)]),
  ]
  prepared = { chain, built, items }
  return prepared
}

/** The outside of a node: an L2, DA layers and a data directory, all of which outlive it. */
export class Rig {
  readonly l2 = new ScriptedL2()
  readonly core = new SpoilableDa('core', 0)
  readonly witness = new SpoilableDa('witness', 2)
  /** Whether nodes are given the layers. */
  isGivenLayers = true
  chain = new TestChain()
  readonly claims: TestClaim[] = []
  readonly built: BuiltBlock[] = []
  store: NodeStore = new MemoryLevel<string, string>()
  /** What nodes logged, from level info on. */
  readonly logged: Readonly<Record<string, unknown>>[] = []
  private readonly laneDeath = Promise.withResolvers<never>()

  /** Publishes and claims blocks in one L2 block. */
  claim(...built: readonly BuiltBlock[]): TestClaim {
    const claim = this.publish(...built)
    this.l2.mine(claimed(claim))
    return claim
  }

  publish(...built: readonly BuiltBlock[]): TestClaim {
    const claim = claimOf(built, this.claims.at(-1), this)
    this.claims.push(claim)
    this.built.push(...built)
    return claim
  }

  /** Two claims of four blocks: deposits, two conversations, messages, a guest who comes, speaks and goes. */
  prepare(): void {
    const { chain, built, items } = preparedChain()
    this.chain = chain.fork()
    this.l2.mine(...items.map((queued) => ({ kind: 'item', queued }) as const))
    this.claim(...built.slice(0, 2))
    this.claim(...built.slice(2))
  }

  /** Tells the node what lanes tell when one of them ends. */
  killLane(): void {
    this.laneDeath.reject(new ExecutionError({ code: 'LANE_DIED', lane: 0, reason: 'test' }))
  }

  /** What the node takes wrong claims back by, once a test sets it. */
  contester: ClaimContester | undefined

  /** Whom the node asks for what layers do not serve. */
  archives: readonly PartArchive[] = []

  /** By whom an empty node joins. */
  snapshotSources: readonly SnapshotSource[] = []

  /** What the node watches soft confirmations with. */
  watch: WatchSetup = { sources: [], evidencePeriod: 60 }

  async start(options: NodeOptions = {}, store: NodeStore = this.store): Promise<Running> {
    const registry = new Registry()
    const node = await createNode(
      {
        settlement: this.l2,
        layers: new Map((this.isGivenLayers ? [this.core, this.witness] : []).map((layer) => [layer.layer, layer])),
        archives: this.archives,
        snapshotSources: this.snapshotSources,
        createExecution: async (config: ChainConfig) => {
          const execution = await createExecution({ config, log }, { lanes: 1 })
          const failed = Promise.race([execution.failed, this.laneDeath.promise])
          return new Proxy(execution, {
            get(target, key) {
              if (key === 'failed') return failed
              const member = Reflect.get(target, key, target)
              return typeof member === 'function' ? member.bind(target) : member
            },
          })
        },
        store,
        ...(this.contester === undefined ? {} : { contester: this.contester }),
        watch: this.watch,
        clock: systemClock,
        log: pino({ level: 'info' }, { write: (line) => void this.logged.push(JSON.parse(line)) }),
        metrics: registry,
      },
      { firstBackoffMs: 5, maxBackoffMs: 20, lookEveryMs: 20, challengeSpreadMs: 0, ...options },
    )
    return new Running(node, registry)
  }
}

export class Running {
  readonly node: ParleyNode
  readonly registry: Registry
  readonly ended: Promise<unknown>
  private readonly controller = new AbortController()
  private server: NodeServer | undefined

  constructor(node: ParleyNode, registry: Registry) {
    this.node = node
    this.registry = registry
    this.ended = node.run(this.controller.signal).then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  /** The node's URL; serves from the first call on. */
  async url(): Promise<string> {
    this.server ??= await createNodeServer({ node: this.node, registry: this.registry, clock: systemClock, log })
    return this.server.url
  }

  /** Asks a path, or posts octets to it. */
  async get(path: string, octets?: Uint8Array): Promise<{ status: number; body: Record<string, unknown> }> {
    const posted = {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: octets as Uint8Array<ArrayBuffer>,
    }
    const response = await fetch((await this.url()) + path, octets === undefined ? {} : posted)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  /** A series as a scrape shows it; undefined when it is not there. */
  async scraped(series: string): Promise<number | undefined> {
    const text = await (await fetch(`${await this.url()}/metrics`)).text()
    const line = text.split('\n').find((each) => each.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length + 1))
  }

  async verified(claim: bigint): Promise<void> {
    await until(`claim ${claim} verified`, async () => {
      const { state, finality } = await this.node.status()
      return finality.verified.claim === claim && state === 'following'
    })
  }

  async state(state: string): Promise<void> {
    let last: unknown
    const what = () => `state ${state}, stayed ${JSON.stringify(last)}`
    await until(what, async () => {
      const { state: current, fault, finality } = await this.node.status()
      last = { current, fault, claim: `${finality.verified.claim}` }
      return current === state
    })
  }

  async stop(): Promise<void> {
    this.controller.abort()
    await this.ended
    await this.server?.close()
  }
}

/** Waits until `holds`. @throws after twenty seconds, naming `what`. */
export async function until(what: string | (() => string), holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 340_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not come: ${typeof what === 'string' ? what : what()}`)
    await new Promise<void>((resolve) => setTimeout(resolve, 2))
  }
}
