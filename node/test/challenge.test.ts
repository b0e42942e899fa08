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
    return 1n
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
  })

  test('lets go of a claim that is gone before its turn has come', async () => {
    const { rig, contester } = withLie()
    const one = await started(rig, { challengeSpreadMs: 3_600_000 })
    await until('the proof', () => messages(rig).includes('the proof is written'))
    rig.l2.mine({ kind: 'removal', standing: 2n, lineage: new Uint8Array(32).fill(9) })
    await one.verified(2n)
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

  test('is not ready while its account has less than a contest may cost', async () => {
    const rig = new Rig()
    rig.prepare()
    const contester = new FakeContester()
    rig.contester = contester
    const poor = await started(rig, { challengeBudget: 11n })
    await poor.verified(2n)
    await until('the look at its funds', async () => (await unready(poor))?.includes('fewer') === true)
    const address = `0x${'07'.repeat(20)}`
    const because = `the account that contests claims, ${address}, has 10 wei, fewer than its budget of 11`
    expect(await unready(poor)).toBe(because)
    expect(rig.logged.filter(({ msg }) => msg === 'claims cannot be contested')).toMatchObject([{ because }])
    await poor.stop()
    contester.owed = 1n
    const paid = await started(rig, { challengeBudget: 11n })
    await until('the payment', () => rig.logged.some(({ msg }) => `${msg}`.startsWith('what the L2 owed')))
    await until('the look at its funds', async () => (await unready(paid)) === undefined)
    expect(contester).toMatchObject({ owed: 0n, money: 11n })
    await paid.stop()
    const rich = await started(rig, { challengeBudget: 10n })
    await rich.verified(2n)
    await until('the look at its funds', async () => (await unready(rich)) === undefined)
    expect(await unready(rich)).toBeUndefined()
  })
})
