import { type BatchClaim, SettlementError } from '@parley/protocol'
import { ProofKind } from '@parley/protocol/fraud'
import { describe, expect, test } from 'vitest'
import type { ClaimContester } from '../src/index.ts'
import { lying } from './support/lying.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

interface Asked {
  readonly claim: BatchClaim
  readonly kind: number
  readonly proof: Uint8Array
}

/** An account that does as told, and remembers what it was asked. */
class FakeContester implements ClaimContester {
  readonly address = new Uint8Array(20).fill(7)
  readonly asked: Asked[] = []
  money = 10n
  owed = 0n
  price = 1n
  answer: (asked: Asked) => Promise<'done' | 'already'> = async () => 'done'

  async proveWrong(claim: BatchClaim, kind: number, proof: Uint8Array): Promise<'done' | 'already'> {
    this.asked.push({ claim, kind, proof })
    return this.answer({ claim, kind, proof })
  }

  async askFor(): Promise<'done' | 'already'> {
    throw new Error('there is nothing to ask for')
  }
  async dropUnanswered(): Promise<'done' | 'already'> {
    throw new Error('nothing was asked for')
  }
  async refund(): Promise<{ outcome: 'done' | 'already' }> {
    throw new Error('nothing was deposited')
  }
  async answeringTime(): Promise<bigint> {
    throw new Error('nothing was asked for')
  }
  async credit(): Promise<bigint> {
    return this.owed
  }
  async withdrawCredit(): Promise<bigint> {
    const { owed } = this
    this.owed = 0n
    this.money += owed
    return owed
  }
  async deposit(): Promise<bigint> {
    return this.price
  }

  async funds(): Promise<bigint> {
    return this.money
  }
}

/** Two right claims, and a third whose second block is wrong. */
function withLie(): { readonly rig: Rig; readonly contester: FakeContester } {
  const rig = new Rig()
  rig.prepare()
  const first = rig.chain.build(rig.chain.say(3, 2))
  rig.claim(first, lying(rig.chain.build(rig.chain.say(40, 1))))
  const contester = new FakeContester()
  rig.contester = contester
  return { rig, contester }
}

const taken = (one: Running, outcome: string) =>
  one.scraped(`parley_node_challenges_total{by="proof",outcome="${outcome}"}`)
const messages = (rig: Rig): unknown[] => rig.logged.map(({ msg }) => msg)
const unready = (one: Running) => one.node.unreadyBecause()

describe('a node that contests', () => {
  test('takes a wrong claim back and goes on when it is gone', async () => {
    const { rig, contester } = withLie()
    contester.answer = async ({ claim }) => {
      rig.l2.mine({ kind: 'removal', standing: claim.number - 1n, lineage: new Uint8Array(32).fill(9) })
      return 'done'
    }
    const one = await started(rig)
    await until('the proof', () => contester.asked.length > 0)
    const [asked] = contester.asked
    expect(asked).toMatchObject({ claim: rig.claims[2]?.claim, kind: ProofKind.stateRoot })
    expect(asked?.proof.length).toBeGreaterThan(1_000)
    await one.verified(2n)
    expect(messages(rig)).toContain('the wrong claim is taken back')
    expect(contester.asked).toHaveLength(1)
    expect(await taken(one, 'done')).toBe(1)
    expect(await taken(one, 'already')).toBeUndefined()
  })

  test('counts its win also where it sees the claim gone before it knows that it did it', async () => {
    const { rig, contester } = withLie()
    const received = Promise.withResolvers<'done'>()
    contester.answer = () => received.promise
    const one = await started(rig)
    await until('the proof', () => contester.asked.length > 0)
    rig.l2.mine({ kind: 'removal', standing: 2n, lineage: new Uint8Array(32).fill(9) })
    await one.verified(2n)
    received.resolve('done')
    await until('the count', async () => (await taken(one, 'done')) === 1)
    expect(await taken(one, 'already')).toBeUndefined()
  })

  test('tries again while the L2 refuses or does not answer, with the same proof', async () => {
    const { rig, contester } = withLie()
    let refusals = 3
    contester.answer = async () => {
      refusals -= 1
      if (refusals > 0) throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'test' })
      return 'already'
    }
    const one = await started(rig)
    await one.state('wrong')
    await until('the third', () => messages(rig).includes('the wrong claim is taken back'))
    expect(new Set(contester.asked.map(({ proof }) => Buffer.from(proof).toString('hex')))).toHaveProperty('size', 1)
    expect(contester.asked).toHaveLength(3)
    expect(await taken(one, 'refused')).toBe(2)
    expect(await taken(one, 'already')).toBe(1)
  })

  test('lets go of a claim that is gone before its turn has come', async () => {
    const { rig, contester } = withLie()
    const one = await started(rig, { challengeSpreadMs: 3_600_000 })
    await until('the proof', () => messages(rig).includes('the proof is written'))
    rig.l2.mine({ kind: 'removal', standing: 2n, lineage: new Uint8Array(32).fill(9) })
    await one.verified(2n)
    await until('the count', async () => (await taken(one, 'already')) === 1)
    await one.stop()
    expect(contester.asked).toEqual([])
  })

  test('does so anew after a restart', async () => {
    const { rig, contester } = withLie()
    const one = await started(rig, { challengeSpreadMs: 3_600_000 })
    await until('the proof', () => messages(rig).includes('the proof is written'))
    await one.stop()
    await started(rig)
    await until('the proof again', () => contester.asked.length === 1)
  })

  test('is not ready while its account has less than the largest claim may take', async () => {
    const rig = new Rig()
    rig.prepare()
    const contester = new FakeContester()
    rig.contester = contester
    // 1,024 blocks and 8,192 segments have 2,560 places, each with a deposit of 1 and a quarter.
    contester.money = 3_210n
    const one = await started(rig, { challengeBudget: 11n })
    await one.verified(2n)
    await until('the look at its funds', async () => (await unready(one))?.includes('may take') === true)
    const address = `0x${'07'.repeat(20)}`
    const because = `the account that contests claims, ${address}, has 3210 wei, and contesting the largest claim may take 3211: deposits for 2560 places, and the budget of 11`
    expect(await one.get('/readyz')).toMatchObject({ status: 503, body: { because } })
    expect(rig.logged.filter(({ msg }) => msg === 'not every claim can be contested')).toMatchObject([{ because }])
    expect(await one.scraped('parley_node_contest_funds_ether')).toBe(3210 / 1e18)
    expect(await one.scraped('parley_node_contest_needed_ether')).toBe(3211 / 1e18)
    await one.stop()
    contester.owed = 1n
    const paid = await started(rig, { challengeBudget: 11n })
    await until('the payment', () => rig.logged.some(({ msg }) => `${msg}`.startsWith('what the L2 owed')))
    await until('the look at its funds', async () => (await unready(paid)) === undefined)
    expect(contester).toMatchObject({ owed: 0n, money: 3_211n })
    await paid.stop()
    contester.price = 2n
    const dear = await started(rig, { challengeBudget: 11n })
    await until('the look at its funds', async () => (await unready(dear))?.includes('may take 6411') === true)
  })
})
