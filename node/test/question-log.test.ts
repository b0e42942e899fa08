import { type L2Position, millis, type SettlementEvent, sameBytes } from '@parley/protocol'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { expect, test } from 'vitest'
import { L2Log } from '../src/l2/l2-log.ts'
import type { NodeStore } from '../src/store/node-store.ts'
import { config, digestOf } from './support/chain.ts'
import { Rig } from './support/rig.ts'

const { lineage } = config.genesis
const rig = new Rig()
rig.prepare()
const [first, second] = rig.claims.map(({ hash, claim }) => ({ hash, claim }))

type Plain = Extract<SettlementEvent, { kind: 'challenge' | 'answer' }>
const places = [0, 1, 2].map((block) => ({ part: block % 2, block, page: 0 }))
const challenger = new Uint8Array(20).fill(7)

/** What a block tells: of which claim, which place, and whether it is asked or answered. */
type Told = readonly [claim: number, place: number, answered: boolean]

const eventOf = ([claim, index, answered]: Told, at: L2Position): Plain => {
  const { hash } = claim === 0 ? first! : second!
  const place = places[index]!
  if (answered) return { kind: 'answer', at, hash, place, data: Uint8Array.of(claim, index, Number(at.blockNumber)) }
  return { kind: 'challenge', at, hash, place, challenger, deadline: at.blockNumber + 100n }
}

/** A place is asked for once, and answered once after that. */
function isPossible(told: Told, before: readonly Plain[]): boolean {
  const event = eventOf(told, position(0, 0))
  const same = before.filter((each) => sameBytes(each.hash, event.hash) && each.place === event.place)
  return event.kind === 'challenge' ? same.length === 0 : same.length === 1
}

const position = (number: number, branch: number): L2Position => ({
  blockNumber: BigInt(number),
  blockHash: digestOf(`block ${number} of ${branch}`),
})

async function opened(db: NodeStore = new MemoryLevel<string, string>()): Promise<L2Log> {
  const log = await L2Log.open(db)
  if (log.summary !== undefined) return log
  const at = position(0, 0)
  const events = [first!, second!].map(({ hash, claim }) => ({ kind: 'claim', at, hash, claim }) as const)
  await log.apply({ events, cursor: at, time: millis(0n), caughtUp: true }, lineage)
  return log
}

async function contentOf(log: L2Log) {
  return { asked: await log.asked(), answers: [await log.answers(first!.hash), await log.answers(second!.hash)] }
}

test('questions › whatever was told and taken back, what is left is what the canonical blocks told, also after a restart', async () => {
  const told = fc.tuple(fc.nat(1), fc.nat(2), fc.boolean())
  const step = fc.record({ back: fc.nat(3), blocks: fc.array(told, { maxLength: 4 }), onePage: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const db = new MemoryLevel<string, string>()
      const log = await opened(db)
      const canonical: { at: L2Position; events: Plain[] }[] = []
      for (const [branch, { back, blocks, onePage }] of steps.entries()) {
        canonical.length = Math.max(0, canonical.length - back)
        const to = canonical.at(-1)?.at ?? position(0, 0)
        const added: typeof canonical = []
        for (const each of blocks) {
          const at = position(canonical.length + 1, branch + 1)
          const block = {
            at,
            events: isPossible(
              each,
              canonical.flatMap(({ events }) => events),
            )
              ? [eventOf(each, at)]
              : [],
          }
          added.push(block)
          canonical.push(block)
        }
        const rollback = { kind: 'rollback', to } as const
        const events = added.flatMap((block) => block.events)
        const cursor = canonical.at(-1)?.at ?? position(0, 0)
        const page = { cursor, time: millis(0n), caughtUp: true }
        if (onePage) await log.apply({ ...page, events: [rollback, ...events] }, lineage)
        else {
          await log.apply({ ...page, cursor: to, events: [rollback] }, lineage)
          for (const { at, events: of } of added) await log.apply({ ...page, cursor: at, events: of }, lineage)
        }
      }
      const expected = await opened()
      for (const { at, events } of canonical)
        await expected.apply({ events, cursor: at, time: millis(0n), caughtUp: true }, lineage)
      expect(await contentOf(log)).toEqual(await contentOf(expected))
      expect(await contentOf(await opened(db))).toEqual(await contentOf(expected))
    }),
    { numRuns: 100 },
  )
})

test('questions › those of final claims are forgotten, but for deposits that are not back', async () => {
  const log = await opened()
  const at = position(1, 1)
  const events = [
    eventOf([0, 0, false], at),
    eventOf([0, 1, false], at),
    eventOf([0, 1, true], at),
    eventOf([1, 0, false], at),
  ]
  await log.apply({ events, cursor: at, time: millis(0n), caughtUp: true }, lineage)
  await log.forgetQuestions(1n, challenger)
  expect((await log.asked()).map(({ number, answered }) => [number, answered])).toEqual(
    expect.arrayContaining([
      [1n, false],
      [2n, false],
    ]),
  )
  expect(await log.asked()).toHaveLength(2)
  expect(await log.answers(first!.hash)).toEqual([])
  await log.forgetQuestions(1n)
  expect(await log.asked()).toHaveLength(1)
  await log.forgetQuestion(second!.hash, places[0]!)
  expect(await log.asked()).toEqual([])
})
