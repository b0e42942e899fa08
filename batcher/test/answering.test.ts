import { type BatchClaim, type DataPlace, SettlementError } from '@parley/protocol'
import { BatchTrees, listOf, pageOf, pagesOf } from '@parley/protocol/fraud'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClaimDefence, DataAnswer, DataQuestion } from '../src/index.ts'
import { digestOf, sealedChain } from './support/chain.ts'
import { Rig, type Running, until } from './support/rig.ts'

const running: Running[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

/** Questions that a test asks, each told until it is answered. */
class FakeDefence implements ClaimDefence {
  readonly open: DataQuestion[] = []
  readonly answers: DataAnswer[] = []
  /** How many answers each transaction had. */
  readonly sent: number[] = []
  refusals = 0
  /** A place that is refused whatever it is sent with. */
  refused: DataPlace | undefined

  async questions(isOurs: (claim: BatchClaim) => Promise<boolean>): Promise<readonly DataQuestion[]> {
    const ours: DataQuestion[] = []
    for (const each of [...this.open]) if (await isOurs(each.claim)) ours.push(each)
    return ours
  }

  async answer(claim: BatchClaim, answers: readonly DataAnswer[]): Promise<'done'> {
    if (this.refusals > 0 || answers.some(({ place }) => place === this.refused)) {
      this.refusals -= 1
      throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' })
    }
    for (const { place } of answers)
      this.open.splice(
        this.open.findIndex((each) => each.claim === claim && each.place === place),
        1,
      )
    this.answers.push(...answers)
    this.sent.push(answers.length)
    return 'done'
  }
}

const sealed = sealedChain({ blocks: 6 })
const treesOf = (from: number, to: number): BatchTrees =>
  new BatchTrees({
    core: sealed.slice(from, to).map(({ block }) => block),
    witness: sealed.slice(from, to).map(({ witness }) => witness),
  })

async function claimed(): Promise<{ rig: Rig; defence: FakeDefence; claims: readonly BatchClaim[] }> {
  const rig = new Rig(sealed)
  const defence = new FakeDefence()
  running.push(rig.start({ maxBlocks: 3 }, { defence }))
  await until('6 blocks claimed', () => rig.claimedBlocks().length === 6)
  return {
    rig,
    defence,
    claims: rig.settlement.claims.map((claim) => ({ ...claim, windows: { answer: 60 } }) as unknown as BatchClaim),
  }
}

const question = (claim: BatchClaim, place: DataPlace): DataQuestion => ({ claim, place, deadline: 1_700_000_000n })

describe('answering', () => {
  test('whatever is asked of a claim is answered with what stands there', async () => {
    const { defence, claims } = await claimed()
    const trees = treesOf(3, 6)
    const expected: [place: DataPlace, data: Uint8Array][] = []
    for (const [part, name] of [
      [0, 'core'],
      [1, 'witness'],
    ] as const) {
      expected.push([{ part, block: 3, page: 0 }, listOf(trees, name)])
      for (let block = 0; block < 3; block += 1)
        for (let page = 0; page <= pagesOf(sealed[3 + block]!.block); page += 1)
          expected.push([{ part, block, page }, pageOf(trees, name, block, page)])
    }
    defence.open.push(...expected.map(([place]) => question(claims[1]!, place)))
    await until('all answers', () => defence.answers.length === expected.length)
    expect(defence.answers).toEqual(expected.map(([place, data]) => ({ place, data })))
  })

  test('an answer that does not get through is tried again, and keeps no other from it', async () => {
    const { rig, defence, claims } = await claimed()
    defence.refusals = 1
    defence.open.push(...claims.map((claim) => question(claim, { part: 0, block: 0, page: 0 })))
    await until('both answers', () => defence.answers.length === 2)
    expect(defence.answers.map(({ data }) => data)).toEqual(
      expect.arrayContaining([pageOf(treesOf(0, 3), 'core', 0, 0), pageOf(treesOf(3, 6), 'core', 0, 0)]),
    )
    expect(await rig.faults()).toContain('SETTLEMENT_UNAVAILABLE')
  })

  test('many answers to a claim are one transaction, as far as they fit into it', async () => {
    const { defence, claims } = await claimed()
    const all = [0, 1, 2].flatMap((block) =>
      Array.from({ length: 40 }, (_, page): DataPlace => ({ part: 0, block, page })),
    )
    defence.open.push(...all.map((place) => question(claims[1]!, place)))
    await until('all answers', () => defence.answers.length === all.length)
    expect(defence.sent.length).toBeLessThan(8)
    const bytes = defence.answers.map(({ data }) => data.length)
    let from = 0
    for (const count of defence.sent) {
      const sum = bytes.slice(from, from + count).reduce((a, b) => a + b, 0)
      expect(sum).toBeLessThanOrEqual(100_000)
      expect(150_000 * count + 75 * sum).toBeLessThanOrEqual(12_000_000)
      from += count
    }
  })

  test('transactions of several claims are on their way at once', async () => {
    const { defence, claims } = await claimed()
    const gate = Promise.withResolvers<void>()
    let waiting = 0
    const through = defence.answer.bind(defence)
    defence.answer = async (claim, answers) => {
      waiting += 1
      await gate.promise
      return through(claim, answers)
    }
    defence.open.push(...claims.map((claim) => question(claim, { part: 0, block: 0, page: 0 })))
    await until('both', () => waiting === claims.length)
    gate.resolve()
    await until('all answers', () => defence.answers.length === claims.length)
  })

  test('an answer that is refused keeps none of those in its transaction from it', async () => {
    const { rig, defence, claims } = await claimed()
    const places = [0, 1, 2].map((block): DataPlace => ({ part: 0, block, page: 0 }))
    defence.refused = places[1]
    defence.open.push(...places.map((place) => question(claims[1]!, place)))
    await until('the others', () => defence.answers.length === 2)
    expect(defence.answers.map(({ place }) => place.block)).toEqual([0, 2])
    expect(await rig.faults()).toContain('SETTLEMENT_UNAVAILABLE')
  })

  test('a claim of others, under a number of ours too, is told and not answered', async () => {
    const { rig, defence, claims } = await claimed()
    defence.open.push(question({ ...claims[0]!, coreRoot: digestOf('other') }, { part: 0, block: 0, page: 0 }))
    await until('the fault', async () => (await rig.faults()).includes('PLAN_MISSING'))
    expect(defence.answers).toEqual([])
  })
})
