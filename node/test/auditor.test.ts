import { type BatchClaim, DaError, millis } from '@parley/protocol'
import { ManualClock } from '@parley/runtime/testing'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { Auditor } from '../src/archive/auditor.ts'
import { createMetrics } from '../src/metrics.ts'
import { keyOf, SpoilableDa } from './support/l2.ts'
import { Rig, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()
const minute = 60_000
const unread = () => {
  throw new Error('nobody scrapes')
}

/** An auditor of claims that were made a minute apart; time passes when the test says so. */
class Stage {
  readonly clock = new ManualClock()
  readonly registry = new Registry()
  readonly core = new SpoilableDa('blobs', 1)
  readonly witness = new SpoilableDa('committee', 3)
  readonly logged: Record<string, unknown>[] = []
  readonly claims: BatchClaim[] = []
  /** Seconds of the L2. */
  now = 1_700_000_000n
  draws: number[] = []
  private readonly stopping = new AbortController()
  private readonly running: Promise<void>

  constructor(claims: number, everyMs = 10 * minute) {
    const rig = new Rig()
    rig.prepare()
    const { claim } = rig.claims[0]!
    for (let number = 1n; number <= BigInt(claims); number += 1n) {
      this.claims.push({
        ...claim,
        number,
        claimedAt: this.now,
        core: { layer: 1, pointer: this.core.hold(Buffer.from(`core ${number}`)) },
        witness: { layer: 3, pointer: this.witness.hold(Buffer.from(`witness ${number}`)) },
      })
      this.now += 60n
    }
    const auditor = new Auditor(
      {
        layers: new Map([this.core, this.witness].map((layer) => [layer.layer, layer])),
        claims: { last: () => BigInt(this.claims.length), claim: async (number) => this.claims[Number(number) - 1] },
        l2Time: () => millis(this.now * 1_000n),
        clock: this.clock,
        log: pino({}, { write: (line) => void this.logged.push(JSON.parse(line)) }),
        metrics: createMetrics(this.registry, unread, unread, unread),
        random: () => this.draws.shift() ?? 0,
      },
      everyMs,
    )
    this.running = auditor.run(this.stopping.signal)
  }

  /** Passes an interval, and what is asked in it. */
  async interval(): Promise<void> {
    await until('it sleeps', () => this.clock.waits.length === 1)
    this.clock.advance(10 * minute)
    await until('it was asked', () => this.clock.waits.length === 1)
  }

  async value(name: string, labels: Record<string, string>): Promise<number | undefined> {
    const { values } = await this.registry.getSingleMetric(`parley_node_${name}`)!.get()
    return values.find((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value))?.value
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.running
  }
}

const pointersOf = (claims: readonly BatchClaim[], part: 'core' | 'witness', ...numbers: number[]) =>
  numbers.map((number) => keyOf(claims[number - 1]![part].pointer))

describe('audit', () => {
  test('runs on a schedule', async () => {
    const stage = new Stage(10)
    stage.draws = [0.35, 0.999, 0]
    await until('it sleeps', () => stage.clock.waits.length === 1)
    stage.clock.advance(10 * minute - 1)
    expect(stage.core.audited).toEqual([])
    stage.clock.advance(1)
    await until('one claim was asked for', () => stage.witness.audited.length === 1)
    await stage.interval()
    await stage.interval()
    expect(stage.core.audited).toEqual(pointersOf(stage.claims, 'core', 4, 10, 1))
    expect(stage.witness.audited).toEqual(pointersOf(stage.claims, 'witness', 4, 10, 1))
    expect(await stage.value('audits_total', { layer: 'blobs', outcome: 'there' })).toBe(3)
    expect(await stage.value('lost_parts', { layer: 'blobs' })).toBe(0)
    await stage.stop()
  })

  test('a part that is twice not there is an alarm, and is asked for until it is there', async () => {
    const stage = new Stage(10)
    const [lost] = pointersOf(stage.claims, 'core', 4) as [string]
    stage.core.lost.add(lost)
    stage.draws = [0.35]
    await stage.interval()
    expect(await stage.value('lost_parts', { layer: 'blobs' })).toBe(0)
    expect(stage.logged).toMatchObject([{ level: 40, claim: 4, part: 'core' }])
    await stage.interval()
    expect(await stage.value('lost_parts', { layer: 'blobs' })).toBe(1)
    expect(await stage.value('lost_parts', { layer: 'committee' })).toBe(0)
    expect(stage.logged[1]).toMatchObject({ level: 50, alarm: 'data_lost', layer: 'blobs', claim: 4, part: 'core' })
    // Others that are there do not end it.
    await stage.interval()
    expect(await stage.value('lost_parts', { layer: 'blobs' })).toBe(1)
    stage.core.lost.clear()
    await stage.interval()
    expect(await stage.value('lost_parts', { layer: 'blobs' })).toBe(0)
    expect(stage.logged).toHaveLength(2)
    await stage.stop()
  })

  test('who does not answer says nothing', async () => {
    const stage = new Stage(1)
    stage.core.audit = async () => {
      throw new DaError({ code: 'DA_UNAVAILABLE', layer: 'blobs', reason: 'busy' })
    }
    await stage.interval()
    await stage.interval()
    expect(await stage.value('audits_total', { layer: 'blobs', outcome: 'DA_UNAVAILABLE' })).toBe(2)
    expect(await stage.value('lost_parts', { layer: 'blobs' })).toBe(0)
    expect(stage.logged).toEqual([])
    await stage.stop()
  })

  test('is of what a layer must still have, and of nothing older', async () => {
    const stage = new Stage(10)
    stage.core.retentionSeconds = 120
    stage.witness.retentionSeconds = 300
    // Claims 6 to 10 are at most 300 s old; 9 and 10 at most 120 s.
    stage.draws = [0, 0.999]
    await stage.interval()
    await stage.interval()
    expect(stage.witness.audited).toEqual(pointersOf(stage.claims, 'witness', 6, 10))
    expect(stage.core.audited).toEqual(pointersOf(stage.claims, 'core', 10))
    stage.now += 1_000n
    await stage.interval()
    expect(stage.witness.audited).toHaveLength(2)
    await stage.stop()
  })

  test('of a node that verifies › every claim comes to its turn', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig, { auditEveryMs: 5 })
    await one.verified(2n)
    const all = (['core', 'witness'] as const).map((part) => rig.claims.map(({ claim }) => keyOf(claim[part].pointer)))
    await until('all were asked for', () =>
      [rig.core, rig.witness].every(({ audited }, i) => all[i]!.every((pointer) => audited.includes(pointer))),
    )
  })
})
