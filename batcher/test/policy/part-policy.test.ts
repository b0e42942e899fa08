import { expect, test } from 'vitest'
import { type Choice, initialPolicy, PartPolicy, type PolicyState, type Switch } from '../../src/policy/part-policy.ts'
import { policySettingsOf } from '../../src/policy/settings.ts'

const minute = 60_000
const settings = policySettingsOf()

/** A policy whose time a test moves, and all switches that it made. */
class Walk {
  now = 0
  state: PolicyState = initialPolicy
  readonly switches: (Switch & { readonly at: number })[] = []
  private readonly policy: PartPolicy

  constructor(layers: number) {
    this.policy = new PartPolicy(layers, settings)
  }

  pass(ms: number): this {
    this.now += ms
    return this
  }

  choose(): Choice {
    return this.take(this.policy.choose(this.state, this.now)).choice
  }

  succeed(choice = this.choose()): this {
    this.take(this.policy.succeeded(this.state, choice, this.now))
    return this
  }

  /** @returns whether the attempt is left. */
  fail(signal: string, choice = this.choose()): boolean {
    return this.take(this.policy.failed(this.state, choice, signal, this.now)).leave
  }

  interrupt(choice: Choice): void {
    this.state = this.policy.interrupted(this.state, choice)
  }

  quote(...costs: (bigint | undefined)[]): this {
    this.take(this.policy.quoted(this.state, costs, this.now))
    return this
  }

  private take<D extends { state: PolicyState; switched?: Switch }>(decision: D): D {
    this.state = decision.state
    if (decision.switched !== undefined) this.switches.push({ ...decision.switched, at: this.now })
    return decision
  }
}

/** Has left the first layer for the second. */
function fallenBack(layers = 2): Walk {
  const walk = new Walk(layers)
  expect(walk.fail('DA_FALL_BACK')).toBe(true)
  return walk
}

test('order › the first layer of the list is used while nothing is wrong', () => {
  const walk = new Walk(3)
  for (let i = 0; i < 100; i += 1) walk.pass(minute).succeed()
  expect([walk.state.active, walk.switches]).toEqual([0, []])
})

test('order › each layer that says so is left for the next one, and the last for the first', () => {
  const walk = new Walk(3)
  for (let i = 0; i < 3; i += 1) {
    // A switch may be due; a probe must not be, and its failure would only postpone it.
    walk.pass(settings.switchEveryMs)
    expect(walk.fail('DA_FALL_BACK', { layer: walk.state.active, probe: false })).toBe(true)
  }
  expect(walk.switches.map(({ from, to }) => [from, to])).toEqual([
    [0, 1],
    [1, 2],
    [2, 0],
  ])
})

test('order › a refusal of the account is enough', () => {
  const walk = new Walk(2)
  expect(walk.fail('DA_REFUSED')).toBe(true)
  expect(walk.switches).toEqual([{ from: 0, to: 1, signal: 'DA_REFUSED', at: 0 }])
})

test('order › without a second layer nothing is ever left', () => {
  const walk = new Walk(1)
  for (const signal of ['DA_FALL_BACK', 'DA_REFUSED', 'DA_FEE_CAPPED', 'DA_UNAVAILABLE', 'stalled'])
    for (let i = 0; i < 20; i += 1) expect(walk.pass(minute).fail(signal)).toBe(false)
  expect(walk.switches).toEqual([])
})

test('patience › a fee above the limit is borne for ten minutes, and a success begins them anew', () => {
  const walk = new Walk(2)
  expect(walk.fail('DA_FEE_CAPPED')).toBe(false)
  expect(walk.pass(9 * minute).fail('DA_FEE_CAPPED')).toBe(false)
  walk.succeed()
  expect(walk.pass(9 * minute).fail('DA_FEE_CAPPED')).toBe(false)
  expect(walk.pass(10 * minute - 1).fail('DA_FEE_CAPPED')).toBe(false)
  expect(walk.pass(1).fail('DA_FEE_CAPPED')).toBe(true)
})

test('patience › an outage needs both five failures in a row and ten minutes', () => {
  const many = new Walk(2)
  for (let i = 0; i < 1_000; i += 1) expect(many.pass(1).fail('DA_UNAVAILABLE')).toBe(false)
  const few = new Walk(2)
  for (let i = 0; i < 4; i += 1) expect(few.pass(20 * minute).fail('DA_UNAVAILABLE')).toBe(false)
  expect(few.fail('DA_UNAVAILABLE')).toBe(true)
  const broken = new Walk(2)
  for (let i = 0; i < 4; i += 1) expect(broken.pass(5 * minute).fail('DA_UNAVAILABLE')).toBe(false)
  // A layer that names its price can be reached.
  broken.fail('DA_FEE_CAPPED')
  expect(broken.fail('DA_UNAVAILABLE')).toBe(false)
})

test('patience › an attempt without any answer is left', () => {
  expect(new Walk(2).fail('stalled')).toBe(true)
})

test('hysteresis › the first probe comes after ten batches, one at a time', () => {
  const walk = fallenBack().pass(settings.switchEveryMs)
  for (let i = 0; i < 10; i += 1) walk.succeed({ layer: 1, probe: false })
  const probe = walk.choose()
  expect(probe).toEqual({ layer: 0, probe: true })
  expect(walk.choose()).toEqual({ layer: 1, probe: false })
  walk.succeed(probe)
  expect(walk.switches.at(-1)).toEqual({ from: 1, to: 0, signal: 'recovered', at: walk.now })
  expect(walk.choose()).toEqual({ layer: 0, probe: false })
})

test('hysteresis › or after half an hour, however few batches there were', () => {
  const walk = fallenBack()
  expect(walk.pass(30 * minute - 1).choose().probe).toBe(false)
  expect(walk.pass(1).choose().probe).toBe(true)
})

test('hysteresis › each probe that fails doubles the wait, up to four hours', () => {
  const walk = fallenBack().pass(settings.switchEveryMs)
  for (let i = 0; i < 10; i += 1) walk.succeed({ layer: 1, probe: false })
  // One failure ends a probe, whatever it says: nobody is patient twice.
  expect(walk.fail('DA_UNAVAILABLE')).toBe(true)
  const waits: number[] = []
  for (let i = 0; i < 6; i += 1) {
    const from = walk.now
    while (!walk.choose().probe) walk.pass(minute).succeed({ layer: 1, probe: false })
    waits.push((walk.now - from) / minute)
    expect(walk.fail('DA_FEE_CAPPED', { layer: 0, probe: true })).toBe(true)
  }
  expect(waits).toEqual([60, 120, 240, 240, 240, 240])
  expect(walk.switches).toHaveLength(1)
})

test('hysteresis › a probe that was interrupted says nothing and is made again', () => {
  const walk = fallenBack().pass(30 * minute)
  const probe = walk.choose()
  walk.interrupt(probe)
  expect(walk.choose()).toEqual(probe)
})

test('hysteresis › at most one switch in five minutes, whatever the layers say', () => {
  const walk = new Walk(3)
  for (let i = 0; i < 4 * 60 * 6; i += 1) {
    const choice = walk.pass(10_000).choose()
    if (i % 3 === 0) walk.succeed(choice)
    else walk.fail(i % 2 === 0 ? 'DA_FALL_BACK' : 'DA_REFUSED', choice)
  }
  const gaps = walk.switches.slice(1).map(({ at }, i) => at - (walk.switches[i]?.at ?? 0))
  expect(walk.switches.length).toBeGreaterThan(10)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(settings.switchEveryMs)
})

test('hysteresis › a probe whose layer in between failed does not switch too soon', () => {
  const walk = fallenBack(3).pass(30 * minute)
  const probe = walk.choose()
  expect(walk.fail('DA_FALL_BACK', { layer: 1, probe: false })).toBe(true)
  walk.succeed(probe)
  expect([walk.state.active, walk.choose()]).toEqual([2, { layer: 2, probe: false }])
  expect(walk.pass(settings.switchEveryMs).choose()).toEqual({ layer: 0, probe: true })
})

test('leaving › what is under way on a layer that was left is left, too', () => {
  const walk = fallenBack()
  expect(walk.fail('DA_UNAVAILABLE', { layer: 0, probe: false })).toBe(true)
  expect(walk.switches).toHaveLength(1)
  // A late success there is no batch of the fallback.
  walk.succeed({ layer: 0, probe: false })
  expect([walk.state.active, walk.state.batches]).toEqual([1, 0])
})

test('cost › a layer below seven tenths for half an hour becomes home', () => {
  const walk = new Walk(2).quote(100n, 69n)
  walk.pass(29 * minute).quote(100n, 69n)
  expect(walk.switches).toEqual([])
  walk.pass(minute).quote(100n, 69n)
  expect(walk.switches.map(({ to, signal }) => [to, signal])).toEqual([[1, 'cheaper']])
  // It is at home there: nothing calls it back but a price.
  for (let i = 0; i < 50; i += 1) expect(walk.pass(minute).choose().probe).toBe(false)
})

test('cost › seven tenths, a quote that cannot be had or a moment of dearness are not enough', () => {
  const equal = new Walk(2)
  const unknown = new Walk(2)
  const moments = new Walk(2)
  for (let i = 0; i < 200; i += 1) {
    equal.pass(minute).quote(100n, 70n)
    unknown.pass(minute).quote(undefined, 1n).quote(100n, undefined)
    moments.pass(minute).quote(100n, i % 29 === 0 ? 71n : 1n)
  }
  expect([equal, unknown, moments].map(({ switches }) => switches)).toEqual([[], [], []])
})

test('cost › the cheapest of several is taken', () => {
  const walk = new Walk(3)
    .quote(100n, 60n, 50n)
    .pass(30 * minute)
    .quote(100n, 60n, 50n)
  expect(walk.state).toMatchObject({ home: 2, active: 2 })
})
