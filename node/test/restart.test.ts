import { SettlementError } from '@parley/protocol'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import type { NodeStore } from '../src/index.ts'
import { tableOf } from '../src/store/node-store.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

class Crash extends Error {}

/** The store as seen by a process that dies at its write number `at`, before or after it. */
function dying(db: NodeStore, at: number, when: 'before' | 'after'): { store: NodeStore; writes: () => number } {
  let writes = 0
  const names = new Set(['put', 'del', 'clear', 'batch'])
  const wrap = (level: object): object =>
    new Proxy(level, {
      get(target, key) {
        const member = Reflect.get(target, key, target)
        if (typeof member !== 'function') return member
        if (key === 'sublevel') return (...args: unknown[]) => wrap(member.apply(target, args))
        if (!names.has(String(key))) return member.bind(target)
        return async (...args: unknown[]) => {
          writes += 1
          if (writes > at || (writes === at && when === 'before')) throw new Crash()
          // Batches name tables, and the level must be given its own.
          const result = await member.apply(target, args.map(unwrapped))
          if (writes === at) throw new Crash()
          return result
        }
      },
    })
  const targets = new Map<object, object>()
  const unwrapped = (argument: unknown): unknown =>
    Array.isArray(argument)
      ? argument.map((write: { sublevel: object }) => ({
          ...write,
          sublevel: targets.get(write.sublevel) ?? write.sublevel,
        }))
      : argument
  const remember = (level: object): object => {
    const wrapped = wrap(level)
    targets.set(wrapped, level)
    return wrapped
  }
  const store = new Proxy(db, {
    get(target, key) {
      if (key === 'sublevel') return (...args: Parameters<NodeStore['sublevel']>) => remember(target.sublevel(...args))
      const member = Reflect.get(wrap(target), key) as unknown
      return member
    },
  })
  return { store, writes: () => writes }
}

const options = { snapshotEveryBlocks: 2, snapshotsKept: 1 }

async function expectSame(one: Running, rig: Rig): Promise<void> {
  await one.verified(BigInt(rig.claims.length))
  const status = await one.node.status()
  expect(status.stateRoot).toEqual(rig.chain.parent.stateRoot)
  const { conversation, entries } = await one.node.reads.conversation(3, 0)
  expect(conversation).toEqual(rig.chain.conversation(3))
  const history = await one.node.reads.history(3, 0, 0n, 1000)
  expect([history.total, BigInt(history.entries.length)]).toEqual([entries, entries])
}

describe('node', () => {
  test('restart › goes on where it stood, without fetching verified claims again', async () => {
    const rig = new Rig()
    rig.prepare()
    const first = await started(rig)
    await expectSame(first, rig)
    await first.stop()
    const retrievals = rig.core.retrievals
    rig.claim(rig.chain.build(rig.chain.say(3, 2)))
    await expectSame(await started(rig), rig)
    expect(rig.core.retrievals).toBe(retrievals + 1)
  })

  test('crash › at any write, before or after it, the next start reaches the same state', async () => {
    const whole = new Rig()
    whole.prepare()
    const counted = dying(whole.store, Number.POSITIVE_INFINITY, 'before')
    const complete = await started(whole, options, counted.store)
    await expectSame(complete, whole)
    const total = counted.writes()
    expect(total).toBeGreaterThan(10)
    // Snapshots are written chunk by chunk; within one, every sixteenth write stands for its neighbours.
    const moments = Array.from({ length: total }, (_, i) => i + 1).filter(
      (at) => at % 16 === 0 || at > total - 8 || at < 5,
    )
    for (const [i, at] of moments.entries()) {
      const rig = new Rig()
      rig.prepare()
      const crashed = await rig
        .start(options, dying(rig.store, at, i % 2 === 0 ? 'before' : 'after').store)
        .catch((error: unknown) => {
          if (error instanceof Crash) return undefined
          throw error
        })
      if (crashed !== undefined) expect(await crashed.ended, `write ${at}`).toBeInstanceOf(Crash)
      const next = await rig.start(options)
      await expectSame(next, rig)
      await next.stop()
    }
  }, 360_000)

  test('snapshot › one that was spoilt is dropped and an older one is used', async () => {
    const rig = new Rig()
    rig.prepare()
    const first = await started(rig, { snapshotEveryBlocks: 2, snapshotsKept: 10 })
    await expectSame(first, rig)
    expect((await first.node.reads.snapshots()).map(({ state }) => state.header.number)).toEqual([0n, 2n, 4n])
    await first.stop()
    const chunks = tableOf(rig.store, 'snapshot-chunk')
    for (const [key, value] of await chunks.iterator().all())
      if (key[7] === 4 && value[0] === 3)
        await chunks.put(
          key,
          value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte)),
        )
    const second = await started(rig, { snapshotEveryBlocks: 1_000, snapshotsKept: 10 })
    await expectSame(second, rig)
    expect((await second.node.reads.snapshots()).map(({ state }) => state.header.number)).toEqual([0n, 2n])
  })

  test('pruning › signatures of final blocks go, and a restart does without them', async () => {
    const rig = new Rig()
    rig.prepare()
    rig.l2.mine({ kind: 'final', number: 2n, hash: rig.claims[1]?.hash as Uint8Array })
    const first = await started(rig, { snapshotEveryBlocks: 2, snapshotsKept: 1 })
    await expectSame(first, rig)
    rig.claim(rig.chain.build(rig.chain.say(3, 2)))
    await expectSame(first, rig)
    const witnesses = tableOf(rig.store, 'chain-witness')
    expect((await witnesses.keys().all()).map((key) => key[7])).toEqual([5])
    await first.stop()
    const retrievals = rig.core.retrievals
    await expectSame(await started(rig), rig)
    expect(rig.core.retrievals).toBe(retrievals)
  })

  test('pruning › what was pruned and is needed after all is fetched again', async () => {
    const rig = new Rig()
    rig.prepare()
    const first = await started(rig)
    await expectSame(first, rig)
    await first.stop()
    await tableOf(rig.store, 'chain-witness').clear()
    await expectSame(await started(rig), rig)
  })

  test('L2 › one that does not answer at first is asked again', async () => {
    const rig = new Rig()
    rig.prepare()
    const answer = rig.l2.config
    let asked = 0
    rig.l2.config = async () => {
      asked += 1
      if (asked < 4) throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' })
      return answer.call(rig.l2)
    }
    rig.l2.failures.push(new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' }))
    const one = await started(rig)
    await until('the fault', async () => (await one.node.status()).fault?.code === 'SETTLEMENT_UNAVAILABLE')
    await expectSame(one, rig)
  })

  test('lanes › a dead one ends the process instead of a wrong root', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig, {}, new MemoryLevel<string, string>())
    await expectSame(one, rig)
    rig.killLane()
    expect(await one.ended).toMatchObject({ fault: { code: 'LANE_DIED' } })
    expect((await one.get('/healthz')).status).toBe(503)
  })
})
