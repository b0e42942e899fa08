import { type BatchClaim, type DataPlace, SettlementError } from '@parley/protocol'
import { BatchTrees, listOf, pageOf, pagesOf } from '@parley/protocol/fraud'
import { afterEach, describe, expect, test } from 'vitest'
import type { ClaimDefence, DataQuestion } from '../src/index.ts'
import { digestOf, sealedChain } from './support/chain.ts'
import { Rig, type Running, until } from './support/rig.ts'

const running: Running[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

/** Questions that a test asks, each told until it is answered. */
class FakeDefence implements ClaimDefence {
  readonly open: DataQuestion[] = []
  readonly answers: { readonly place: DataPlace; readonly data: Uint8Array }[] = []
  refusals = 0

  async questions(): Promise<readonly DataQuestion[]> {
    return [...this.open]
  }

  async answer(question: DataQuestion, data: Uint8Array): Promise<'done'> {
    if (this.refusals > 0) {
      this.refusals -= 1
      throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' })
    }
    this.open.splice(this.open.indexOf(question), 1)
    this.answers.push({ place: question.place, data })
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

  test('several answers are on their way at once', async () => {
    const { defence, claims } = await claimed()
    const gate = Promise.withResolvers<void>()
    let waiting = 0
    const through = defence.answer.bind(defence)
    defence.answer = async (asked, data) => {
      waiting += 1
      await gate.promise
      return through(asked, data)
    }
    const places = [0, 1, 2, 3].map((block): DataPlace => ({ part: 0, block, page: 0 }))
    defence.open.push(...places.map((place) => question(claims[1]!, place)))
    await until('all four', () => waiting === places.length)
    gate.resolve()
    await until('all answers', () => defence.answers.length === places.length)
  })

  test('a claim of others, under a number of ours too, is told and not answered', async () => {
    const { rig, defence, claims } = await claimed()
    defence.open.push(question({ ...claims[0]!, coreRoot: digestOf('other') }, { part: 0, block: 0, page: 0 }))
    await until('the fault', async () => (await rig.faults()).includes('PLAN_MISSING'))
    expect(defence.answers).toEqual([])
  })
})
