import { sameBytes } from '@parley/protocol'
import { ProofKind } from '@parley/protocol/fraud'

import { describe, expect, test } from 'vitest'
import type { ClaimContester } from '../src/index.ts'
import type { PlainEvent } from './support/l2.ts'
import { lying } from './support/lying.ts'
import { rescueOf, waiting } from './support/rescues.ts'
import { until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

/** Data of a rescue is nothing to ask for. */
const unexpected = async (): Promise<never> => {
  throw new Error('a rescue was asked for its data')
}

describe('a claim that a rescue made', () => {
  test('is derived from its event alone, and the claims after it follow', async () => {
    const rig = waiting()
    const built = rig.chain.build([], 2)
    rig.l2.mine(...rescueOf(rig, built).events)
    const one = await started(rig)
    await one.verified(3n)
    const status = await one.node.status()
    expect(status.stateRoot).toEqual(rig.chain.parent.stateRoot)
    expect(status.rootsEqual).toBe(status.rootsCompared)
    rig.claim(rig.chain.build(rig.chain.say(3, 2)))
    await one.verified(4n)
    expect((await one.get('/v1/blocks/5')).status).toBe(200)
  })

  test('is executed again from the store after a restart', async () => {
    const rig = waiting()
    rig.l2.mine(...rescueOf(rig, rig.chain.build([], 2)).events)
    const first = await started(rig)
    await first.verified(3n)
    await first.stop()
    const second = await started(rig)
    await second.verified(3n)
    expect((await second.node.status()).stateRoot).toEqual(rig.chain.parent.stateRoot)
  })

  test('is gone when the L2 takes it back, and another takes its place', async () => {
    const rig = waiting()
    const other = rig.chain.fork()
    rig.l2.mine(...rescueOf(rig, rig.chain.build([], 2)).events)
    const one = await started(rig)
    await one.verified(3n)
    rig.claims.pop()
    const { events, made } = rescueOf(rig, other.build([], 1))
    rig.l2.reorganise(1, events)
    await until('the other', async () => {
      const { stateRoot } = await one.node.status()
      return stateRoot !== undefined && sameBytes(stateRoot, made.claim.lastHeader.stateRoot)
    })
  })

  test('that is wrong is taken back by a proof like any other', async () => {
    const rig = waiting()
    rig.l2.mine(...rescueOf(rig, lying(rig.chain.build([], 2))).events)
    const asked: number[] = []
    const contester: ClaimContester = {
      address: new Uint8Array(20).fill(7),
      async proveWrong(_, kind) {
        asked.push(kind)
        return 'done'
      },
      funds: async () => 10n,
      askFor: unexpected,
      dropUnanswered: unexpected,
      refund: unexpected,
      answeringTime: unexpected,
      credit: async () => 0n,
      withdrawCredit: unexpected,
      deposit: async () => 1n,
    }
    rig.contester = contester
    const one = await started(rig)
    await one.state('wrong')
    await until('the proof', () => asked.length > 0)
    expect(asked).toEqual([ProofKind.stateRoot])
  })

  test('that the L2 tells otherwise than it was made is not taken in', async () => {
    const rig = waiting()
    const { events } = rescueOf(rig, rig.chain.build([], 2))
    const [made, told] = events as [PlainEvent, Extract<PlainEvent, { kind: 'rescue' }>]
    rig.l2.mine(made, { ...told, runs: told.runs.slice(1) })
    await started(rig)
    await until('the fault', () =>
      rig.logged.some(({ fault }) => (fault as { code?: string } | undefined)?.code === 'RESCUE_MISMATCH'),
    )
  })
})
