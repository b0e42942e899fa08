import { BlockHeaderType, CodedError, toHex } from '@parley/protocol'
import { Turns } from '@parley/runtime'
import fc from 'fast-check'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics } from '../src/metrics.ts'
import { rulesOf } from '../src/options.ts'
import { SigningRecord } from '../src/record/signing-record.ts'
import { Signing } from '../src/signing.ts'
import { bytes32, config, copyOf, headerAt, key, MortalLevel, memory, owner } from './support.ts'

const lineages = 3
const numbers = 6
const variants = 3

const request = fc.record({
  lineage: fc.integer({ min: 1, max: lineages }),
  number: fc.integer({ min: 1, max: numbers }),
  variant: fc.integer({ min: 0, max: variants - 1 }),
})
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sign' as const),
      together: fc.array(request, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      write: fc.integer({ min: 1, max: 3 }),
      kept: fc.boolean(),
      together: fc.array(request, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
)

/** What anybody outside has seen, and what an operator can therefore name. */
class World {
  readonly seen = new Map<string, string>()
  signatures = 0
  private store = new MortalLevel(memory())
  private readonly copies: ReturnType<typeof memory>[] = []
  private signing: Signing | undefined
  /** Takes the check out that a planted fault leaves out. */
  private readonly raise: boolean

  constructor(raise = true) {
    this.raise = raise
  }

  async begin(): Promise<void> {
    await this.store.open()
    await SigningRecord.begin(this.store, owner, [])
    await this.start()
  }

  async start(): Promise<void> {
    this.store = new MortalLevel(this.store.inner)
    const record = await SigningRecord.open(this.store, owner)
    const metrics = createMetrics(new Registry(), () => 0)
    const clock = { elapsed: () => 0 }
    const known = { assertOpen: () => undefined }
    const rules = rulesOf({ burst: 100_000, perSecond: 10_000 })
    this.signing = new Signing({ config, key, record, lineages: known, clock, metrics }, rules)
  }

  async sign(together: readonly Request[], dies?: MortalLevel['diesAt']): Promise<void> {
    this.store.diesAt = dies
    const signing = this.signing as Signing
    await Promise.all(
      together.map(async ({ lineage, number, variant }) => {
        const header = headerAt(lineage, BigInt(number), variant)
        try {
          await signing.sign({ ...config, header }, new AbortController().signal)
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError)
          return
        }
        this.signatures += 1
        const place = `${lineage}/${number}`
        const root = toHex(BlockHeaderType.hashTreeRoot(header))
        expect(this.seen.get(place) ?? root, `two roots for ${place}`).toBe(root)
        this.seen.set(place, root)
      }),
    )
    expect(this.store.unsynced).toBe(0)
    if (dies !== undefined) await this.start()
  }

  async copy(): Promise<void> {
    this.copies.push(await copyOf(this.store.inner))
  }

  /** Starts over an older copy, with the marks that are asked for. */
  async restore(which: number): Promise<void> {
    const older = this.copies[which % Math.max(1, this.copies.length)]
    if (older !== undefined) await this.over(await copyOf(older))
  }

  lose(): Promise<void> {
    return this.over(memory())
  }

  private async over(inner: ReturnType<typeof memory>): Promise<void> {
    this.store = new MortalLevel(inner)
    await this.store.open()
    const marks = Array.from({ length: lineages }, (_, i) => {
      const places = [...this.seen.keys()].filter((place) => place.startsWith(`${i + 1}/`))
      return {
        lineage: bytes32(i + 1),
        number: BigInt(Math.max(0, ...places.map((place) => Number(place.split('/')[1])))),
      }
    })
    await SigningRecord.begin(this.store, owner, this.raise ? marks : [])
    await this.start()
  }
}

async function run(
  world: World,
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  await world.begin()
  for (const each of steps) {
    if (each.kind === 'sign') await world.sign(each.together)
    else if (each.kind === 'crash') await world.sign(each.together, { write: each.write, kept: each.kept })
    else if (each.kind === 'copy') await world.copy()
    else if (each.kind === 'restore') await world.restore(each.which)
    else await world.lose()
  }
}

const histories = fc.array(step, { minLength: 1, maxLength: 30 })

test('a signer › never signs two roots for one place, whatever is asked, crashes, is lost or restored', async () => {
  let signatures = 0
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const world = new World()
      await run(world, steps)
      signatures += world.signatures
    }),
    { numRuns: 300 },
  )
  expect(signatures).toBeGreaterThan(500)
})

test('a signer › a restored copy without its watermark would be found by this test', async () => {
  const found = await fc.check(
    fc.asyncProperty(histories, (steps) => run(new World(false), steps)),
    { numRuns: 2_000 },
  )
  expect(found.failed).toBe(true)
})

test('a signer › that forgets to take turns would be found by this test', async () => {
  const take = Turns.prototype.take
  Turns.prototype.take = (use) => use()
  try {
    const found = await fc.check(
      fc.asyncProperty(histories, (steps) => run(new World(), steps)),
      { numRuns: 2_000 },
    )
    expect(found.failed).toBe(true)
  } finally {
    Turns.prototype.take = take
  }
})

test('a signer › makes the digest itself, and signs the same header again', async () => {
  const world = new World()
  await world.begin()
  const again = { lineage: 1, number: 1, variant: 0 }
  await world.sign([again, again])
  expect(world.signatures).toBe(2)
})
