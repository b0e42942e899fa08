import { type L2Position, millis, type SettlementEvent } from '@parley/protocol'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { L2Log } from '../src/l2/l2-log.ts'
import { config, digestOf, TestChain } from './support/chain.ts'
import { hashed, keyOf } from './support/l2.ts'

const lineage = config.genesis.lineage
const position = (block: bigint, branch: number): L2Position => ({
  blockNumber: block,
  blockHash: digestOf(`block ${block} of branch ${branch}`),
})
const { parent: lastHeader } = new TestChain()
const part = { layer: 0, pointer: Uint8Array.of(1, 2, 3) }

/** What the L2 has after its canonical events, computed in the simplest way. */
interface Model {
  items: bigint
  claims: { hash: string }[]
  lineage: string
  final: bigint
}

function replay(events: readonly SettlementEvent[]): Model {
  const model: Model = { items: 0n, claims: [], lineage: keyOf(lineage), final: 0n }
  for (const event of events) {
    if (event.kind === 'item') model.items += 1n
    else if (event.kind === 'claim') model.claims.push({ hash: keyOf(event.hash) })
    else if (event.kind === 'removal') {
      model.claims.length = Number(event.standing)
      model.lineage = keyOf(event.lineage)
    } else if (event.kind === 'final') model.final = event.number
  }
  return model
}

/** A next event that the contracts could tell after `events`. */
function eventAfter(events: readonly SettlementEvent[], choice: number, at: L2Position, salt: number): SettlementEvent {
  const model = replay(events)
  const standing = BigInt(model.claims.length)
  if (choice === 1)
    return {
      kind: 'claim',
      at,
      ...hashed({
        number: standing + 1n,
        parent: digestOf(`parent ${salt}`),
        lineage,
        coreRoot: digestOf(`core ${salt}`),
        witnessRoot: digestOf(`witness ${salt}`),
        lastHeader,
        core: part,
        witness: part,
        windows: { challenge: 1, data: 2, answer: 3, proof: 604_800 },
        claimer: new Uint8Array(20),
        claimedAt: BigInt(salt),
      }),
    }
  if (choice === 2 && standing > model.final)
    return {
      kind: 'removal',
      at,
      standing: model.final + (standing - model.final) / 2n,
      lineage: digestOf(`l ${salt}`),
    }
  if (choice === 3 && standing > model.final)
    return { kind: 'final', at, number: model.final + 1n, hash: digestOf(`final ${salt}`) }
  const value = { shard: salt % 64, account: salt, owner: new Uint8Array(20), amount: 5n }
  const queued = {
    index: model.items,
    item: { selector: 0 as const, value },
    time: millis(BigInt(salt)),
    inboxHash: digestOf(`i ${salt}`),
  }
  return { kind: 'item', at, queued }
}

async function expectEqual(log: L2Log, events: readonly SettlementEvent[]): Promise<void> {
  const model = replay(events)
  const { summary } = log
  if (summary === undefined) throw new TypeError('nothing was applied')
  const claims = []
  for (let number = 1n; number <= summary.claim; number += 1n) {
    const record = await log.claim(number)
    claims.push({ hash: record === undefined ? 'missing' : keyOf(record.hash) })
  }
  expect(await log.claim(summary.claim + 1n)).toBeUndefined()
  expect({ items: summary.items, claims, lineage: keyOf(summary.lineage), final: summary.final }).toEqual(model)
  const items = events.flatMap((event) => (event.kind === 'item' ? [event.queued] : []))
  expect(await log.queue(0n, 10_000)).toEqual(items)
}

describe('l2 log', () => {
  test('events › whatever is told and taken back, what is left is what the canonical blocks told', async () => {
    const step = fc.record({ choices: fc.array(fc.nat(3), { maxLength: 4 }), back: fc.nat(3), reopen: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const db = new MemoryLevel<string, string>()
        let log = await L2Log.open(db)
        let canonical: SettlementEvent[] = []
        let head = 0n
        for (const [salt, { choices, back, reopen }] of steps.entries()) {
          const told: SettlementEvent[] = []
          if (back > 1 && head > 0n) {
            head -= BigInt(back - 1) < head ? BigInt(back - 1) : head
            const to = position(head, salt)
            told.push({ kind: 'rollback', to })
            canonical = canonical.filter((event) => 'at' in event && event.at.blockNumber <= head)
          }
          head += 1n
          for (const [i, choice] of choices.entries()) {
            const event = eventAfter(canonical, choice, position(head, salt), salt * 10 + i)
            told.push(event)
            canonical.push(event)
          }
          await log.apply({ events: told, cursor: position(head, salt), time: millis(0n), caughtUp: true }, lineage)
          if (reopen) log = await L2Log.open(db)
          await expectEqual(log, canonical)
          expect(log.cursor).toEqual(position(head, salt))
        }
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  test('events › one out of order is refused and leaves everything as it was', async () => {
    const log = await L2Log.open(new MemoryLevel<string, string>())
    const at = position(1n, 0)
    const good = eventAfter([], 0, at, 1)
    await log.apply({ events: [good], cursor: at, time: millis(0n), caughtUp: true }, lineage)
    const bad = eventAfter([], 0, at, 2)
    await expect(
      log.apply({ events: [eventAfter([good], 1, at, 3), bad], cursor: at, time: millis(0n), caughtUp: true }, lineage),
    ).rejects.toThrow('EVENT_OUT_OF_ORDER')
    await expectEqual(log, [good])
  })

  test('waiting › ends with the next change and not before', async () => {
    const log = await L2Log.open(new MemoryLevel<string, string>())
    const at = position(1n, 0)
    const { seen } = log
    let woken = false
    const waiting = log.changed(seen, AbortSignal.timeout(340_000)).then(() => {
      woken = true
    })
    await log.apply({ events: [], cursor: at, time: millis(0n), caughtUp: true }, lineage)
    expect(woken).toBe(false)
    await log.apply({ events: [eventAfter([], 0, at, 1)], cursor: at, time: millis(0n), caughtUp: true }, lineage)
    await waiting
    await log.changed(seen, AbortSignal.timeout(340_000))
  })
})
