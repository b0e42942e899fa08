import { describe, expect, test } from 'vitest'
import type { BatcherStore, CostEntry, CostJournal } from '../src/index.ts'
import { sealedChain } from './support/chain.ts'
import type { Step } from './support/layers.ts'
import { numbers, Rig, until } from './support/rig.ts'

class Crash extends Error {}

/** Counts the steps a batcher takes into the outside and ends it at one of them: from then on nothing succeeds. */
class CrashPoint {
  taken = 0
  readonly names: string[] = []
  private readonly at: number

  constructor(at: number) {
    this.at = at
  }

  readonly step = (name: string): void => {
    this.taken += 1
    this.names.push(name)
    if (this.taken >= this.at) throw new Crash(`${name}, step ${this.taken}`)
  }

  /** The store as seen by a process that dies before or after a write. */
  store(db: BatcherStore): BatcherStore {
    return stepping(db, this.step)
  }
}

/** A store that takes a step before and after each write. */
function stepping(db: BatcherStore, step: Step): BatcherStore {
  const writes = new Set(['put', 'clear'])
  const wrap = (level: object): object =>
    new Proxy(level, {
      get(target, key) {
        const member = Reflect.get(target, key, target)
        if (typeof member !== 'function') return member
        if (key === 'sublevel') return (...args: unknown[]) => wrap(member.apply(target, args))
        if (!writes.has(String(key))) return member.bind(target)
        return async (...args: unknown[]) => {
          step(`before ${String(key)}`)
          const result = await member.apply(target, args)
          step(`after ${String(key)}`)
          return result
        }
      },
    })
  return wrap(db) as BatcherStore
}

const options = { maxBlocks: 2, maxBatchesInFlight: 2, maxAgeMs: 1 }
const chain = sealedChain({ blocks: 7 })

/** Runs a batcher until it dies at step `at` or everything is claimed. */
async function runUntilCrash(rig: Rig, at: number, maxBlocks = 2): Promise<CrashPoint> {
  const point = new CrashPoint(at)
  for (const part of [rig.core, rig.witness, rig.settlement]) part.step = point.step
  const running = rig.start({ ...options, maxBlocks }, { store: point.store(rig.store) })
  let dead = false
  void running.ended.then(() => {
    dead = true
  })
  await until('a crash or the end', () => dead || rig.settlement.claims.at(-1)?.lastHeader.number === 7n)
  await running.stop()
  for (const part of [rig.core, rig.witness, rig.settlement]) part.step = () => undefined
  return point
}

describe('batcher', () => {
  test('crash › at any step and once more after the restart, every block is claimed once', async () => {
    const complete = await runUntilCrash(new Rig(chain), Number.POSITIVE_INFINITY)
    expect(complete.taken).toBeGreaterThan(30)
    for (let at = 1; at <= complete.taken; at += 1) {
      const rig = new Rig(chain)
      await runUntilCrash(rig, at)
      // Other closing rules after the restart must not change what was decided on before it.
      await runUntilCrash(rig, (at * 7) % 13 || 1, 3)
      const last = rig.start({ ...options, maxBlocks: 5 })
      await until(`all claimed after a crash at step ${at}`, () => rig.claimedBlocks().length >= 7)
      await last.stop()
      expect(rig.claimedBlocks(), `crash at step ${at}`).toEqual(numbers(1, 7))
      // Nothing was published that is not claimed: a restart posts the very same bytes.
      const count = rig.settlement.claims.length
      expect([rig.core.held.size, rig.witness.held.size], `crash at step ${at}`).toEqual([count, count])
    }
  })

  test('crash › between publishing and claiming, the very same bytes are claimed', async () => {
    const rig = new Rig(chain)
    const point = new CrashPoint(Number.POSITIVE_INFINITY)
    rig.settlement.step = (name) => {
      if (name === 'before claim') throw new Crash(name)
    }
    const first = rig.start(options, { store: point.store(rig.store) })
    expect(await first.ended).toBeInstanceOf(Crash)
    const published = [...rig.core.held.keys()]
    expect(published.length).toBeGreaterThan(0)
    rig.settlement.step = () => undefined
    const second = rig.start({ ...options, maxBlocks: 5 })
    await until('all claimed', () => rig.claimedBlocks().length === 7)
    await second.stop()
    const claimed = rig.settlement.claims.map(({ core }) => Buffer.from(core.pointer).toString('hex'))
    expect(claimed[0]).toBe(published[0])
    expect(rig.claimedBlocks()).toEqual(numbers(1, 7))
    expect([...rig.core.held.keys()].filter((pointer) => !claimed.includes(pointer))).toEqual([])
  })
})

describe('costs', () => {
  test('of every claim are written down once, however the batcher dies between a claim and that', async () => {
    const rig = new Rig(chain)
    const entries: CostEntry[] = []
    const journal: CostJournal = {
      append: async (some) => void entries.push(...some),
      hasClaim: async (batch) => entries.some((entry) => entry.part === 'claim' && entry.batch === batch),
    }
    // Every claim is the last thing that a process does.
    while (rig.claimedBlocks().length < 7) {
      rig.settlement.step = (name) => {
        if (name === 'after claim') throw new Crash(name)
      }
      expect(await rig.start(options, { costs: journal }).ended).toBeInstanceOf(Crash)
    }
    rig.settlement.step = () => undefined
    const last = rig.start(options, { costs: journal })
    await until('the last one is written down', () => journal.hasClaim(BigInt(rig.settlement.claims.length)))
    await last.stop()
    const claimed = rig.settlement.claims.map(({ number }) => number)
    for (const part of ['core', 'witness', 'claim'] as const)
      expect(entries.filter((entry) => entry.part === part).map(({ batch }) => batch)).toEqual(claimed)
  })
})

describe('close', () => {
  test('at every await › a batcher that is stopped ends whole, and the next one goes on', async () => {
    const complete = await runUntilCrash(new Rig(chain), Number.POSITIVE_INFINITY)
    for (let at = 1; at <= complete.taken; at += 1) {
      const rig = new Rig(chain)
      const taken: string[] = []
      let stopped: Promise<void> | undefined
      const step = (name: string): void => {
        taken.push(name)
        if (taken.length === at) stopped = running.stop()
      }
      for (const part of [rig.core, rig.witness, rig.settlement]) part.step = step
      const running = rig.start(options, { store: stepping(rig.store, step) })
      await until(`step ${at} is reached`, () => stopped !== undefined)
      await stopped
      expect(await running.ended, `stopped at step ${at}, ${taken[at - 1]}`).toBeUndefined()
      expect(running.batcher.status().state, `stopped at step ${at}`).toBe('stopped')
      // Half of it must not go on: nothing is asked for after the end.
      const after = taken.length
      for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
      expect(taken.length, `after it was stopped at step ${at}`).toBe(after)
      for (const part of [rig.core, rig.witness, rig.settlement]) part.step = () => undefined
      const next = rig.start(options)
      await until(`all claimed after a stop at step ${at}`, () => rig.claimedBlocks().length === 7)
      await next.stop()
      expect(rig.claimedBlocks(), `stopped at step ${at}`).toEqual(numbers(1, 7))
    }
  })
})
