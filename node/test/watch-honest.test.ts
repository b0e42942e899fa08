import { BlockHeaderType, firstSchedule, millis, ownerAddress, type SettlementEvent } from '@parley/protocol'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { L2Log } from '../src/l2/l2-log.ts'
import { createMetrics } from '../src/metrics.ts'
import type { NodeStore } from '../src/store/node-store.ts'
import { createBinding } from '../src/watch/binding.ts'
import { type Evidence, evidenceAt } from '../src/watch/evidence.ts'
import { HeaderStore, type KeptHeader, type Place } from '../src/watch/header-store.ts'
import { KeySchedule } from '../src/watch/key-schedule.ts'
import { L2Facts } from '../src/watch/l2-facts.ts'
import { Watcher, type WatcherDeps } from '../src/watch/watcher.ts'
import { config, digestOf } from './support/chain.ts'
import { HonestWorld, sequencerSecret, signed } from './support/honest-world.ts'
import { log } from './support/rig.ts'

const forever = new AbortController().signal
const schedule = firstSchedule(ownerAddress(sequencerSecret), config.fees)

/** What a watcher works with, from which a test may take something away. */
type Planted = (deps: WatcherDeps) => Partial<WatcherDeps>

/** A world and who watches it. */
class Watched {
  readonly world = new HonestWorld()
  private readonly deps: WatcherDeps
  private readonly watcher: Watcher
  private readonly l2: L2Log
  private toShow = 0

  private constructor(deps: WatcherDeps, l2: L2Log) {
    this.deps = deps
    this.l2 = l2
    this.watcher = new Watcher(deps, { watchedBytes: 2 ** 20, evidencePeriod: 1_000_000 })
  }

  static async open(planted: Planted = () => ({})): Promise<Watched> {
    const db: NodeStore = new MemoryLevel<string, string>()
    const l2 = await L2Log.open(db)
    const facts = await L2Facts.open(db)
    const metrics = createMetrics(new Registry(), unused, unused, unused, unused)
    const finals = { current: undefined as HonestWorld | undefined }
    const deps: WatcherDeps = {
      headers: await HeaderStore.open(db),
      finals: {
        through: () => (finals.current as HonestWorld).through(),
        claimOf: (number) => (finals.current as HonestWorld).claimOf(number),
        header: (number) => (finals.current as HonestWorld).header(number),
      },
      facts,
      l2,
      binds: createBinding(l2, facts, config),
      isRescue: async (hash) => (await l2.rescue(hash)) !== undefined,
      schedule: new KeySchedule({ schedule: async () => schedule }),
      config,
      log,
      metrics,
    }
    const watched = new Watched({ ...deps, ...planted(deps) }, l2)
    finals.current = watched.world
    return watched
  }

  async do([action, amount]: Step): Promise<void> {
    const { world } = this
    await this.tell(steps[action](world, 1 + amount))
    // Headers are shown late, and the latest of them first.
    if (amount % 2 === 0) await this.showAll()
    await this.watcher.compare()
  }

  async showAll(): Promise<void> {
    const { shown } = this.world
    for (const each of shown.slice(this.toShow).reverse()) await this.watcher.take(each, 'feed', forever)
    this.toShow = shown.length
  }

  /** Takes in what somebody signed. */
  async take(...args: Parameters<typeof signed>): Promise<void> {
    await this.watcher.take(signed(...args), 'feed', forever)
  }

  private async tell(events: readonly SettlementEvent[]): Promise<void> {
    const page = { events, cursor: this.world.position, time: millis(1_000n), caughtUp: true }
    await this.watcher.takeEvents(events, forever)
    await this.l2.apply(page, config.genesis.lineage)
  }

  async evidence(): Promise<Evidence[]> {
    const found: Evidence[] = []
    for await (const place of this.deps.headers.marks()) {
      const evidence = await evidenceAt(this.deps, schedule.keys, place)
      if (evidence !== undefined) found.push(evidence)
    }
    return found
  }
}

const unused = (): never => {
  throw new Error('nobody reads the gauges')
}

const steps = {
  queue: (world: HonestWorld) => world.queueItem(),
  seal: (world: HonestWorld, amount: number) => {
    for (let i = 0; i < amount; i += 1) world.seal()
    return []
  },
  claim: (world: HonestWorld, amount: number) => world.claim(amount),
  finalize: (world: HonestWorld) => world.finalize(),
  remove: (world: HonestWorld, amount: number) => world.remove(amount),
  rescue: (world: HonestWorld) => world.rescue(),
  resume: (world: HonestWorld) => world.resume(),
  reorganise: (world: HonestWorld, amount: number) => world.reorganise(2 * amount),
} satisfies Record<string, (world: HonestWorld, amount: number) => SettlementEvent[]>
type Step = readonly [keyof typeof steps, number]

const stepOf = (actions: readonly (keyof typeof steps)[]) => fc.tuple(fc.constantFrom(...actions), fc.nat(2))
const all: (keyof typeof steps)[] = [
  'queue',
  'seal',
  'seal',
  'seal',
  'claim',
  'claim',
  'finalize',
  'remove',
  'rescue',
  'resume',
  'reorganise',
]
const history = (actions: readonly (keyof typeof steps)[]) =>
  fc.array(stepOf(actions), { minLength: 10, maxLength: 30, size: 'max' })

async function nothingFound(taken: readonly Step[], planted?: Planted): Promise<void> {
  const watched = await Watched.open(planted)
  for (const step of taken) {
    await watched.do(step)
    expect(await watched.evidence()).toEqual([])
  }
  await watched.showAll()
  expect(await watched.evidence()).toEqual([])
}

test('watching › an honest sequencer is never accused, over removals, rescues and reorganisations', async () => {
  await fc.assert(
    fc.asyncProperty(history(all), (taken) => nothingFound(taken)),
    { numRuns: 25 },
  )
}, 360_000)

/** Actions after which somebody honest looks guilty to who does not look closely. */
const planted: Record<string, { readonly taken: readonly Step[]; readonly bug: Planted }> = {
  'binding without the queue': {
    taken: [
      ['queue', 1],
      ['seal', 2],
      ['seal', 2],
      ['reorganise', 0],
      ['queue', 1],
      ['seal', 2],
      ['seal', 2],
    ],
    bug: () => ({ binds: async () => true }),
  },
  'headers by number alone': {
    taken: [
      ['seal', 0],
      ['claim', 0],
      ['remove', 0],
      ['seal', 0],
    ],
    bug: ({ headers }) => ({
      headers: Object.assign(Object.create(headers), {
        async at({ number }: Place) {
          const found: KeptHeader[] = []
          for await (const kept of headers.between(number, number)) found.push(kept)
          return found
        },
      }),
    }),
  },
  'claims made by rescues': {
    taken: [
      ['rescue', 0],
      ['seal', 0],
      ['rescue', 0],
      ['finalize', 0],
      ['finalize', 0],
    ],
    bug: () => ({ isRescue: async () => false }),
  },
}

test.each(Object.entries(planted))('planted fault › %s accuses an honest sequencer', async (_, { taken, bug }) => {
  await nothingFound(taken)
  await expect(nothingFound(taken, bug)).rejects.toThrow('deeply equal')
})

test('watching › whoever signs a second header for a place is found', async () => {
  const actions = all.filter((each) => each !== 'reorganise')
  await fc.assert(
    fc.asyncProperty(history(actions), fc.nat(), async (taken, which) => {
      const watched = await Watched.open()
      for (const step of taken) await watched.do(step)
      watched.world.seal()
      await watched.showAll()
      const { shown } = watched.world
      const first = shown[which % shown.length]?.header as (typeof shown)[number]['header']
      await watched.take({ ...first, stateRoot: digestOf('another state') })
      const [evidence, ...others] = await watched.evidence()
      expect(others).toEqual([])
      const accused = evidence?.kind === 'equivocation' ? evidence.a.header : evidence?.signed.header
      expect(accused).toMatchObject({ number: first.number, lineage: first.lineage })
      if (evidence?.kind !== 'equivocation') return
      const roots = [evidence.a, evidence.b].map(({ header }) => BlockHeaderType.hashTreeRoot(header))
      expect(roots[0]).not.toEqual(roots[1])
    }),
    { numRuns: 15 },
  )
}, 360_000)
