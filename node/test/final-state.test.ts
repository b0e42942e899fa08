import { ProvenConversationType } from '@parley/api'
import { verifyAccount, verifyConversation } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import { tableOf } from '../src/store/node-store.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

/** Four claims: two prepared, and two of one block each. */
function chainOfFour(): Rig {
  const rig = new Rig()
  rig.prepare()
  const { chain } = rig
  rig.claim(chain.build(chain.say(3, 2)))
  rig.claim(chain.build([...chain.say(40, 1), ...chain.say(3, 1)]))
  return rig
}

function makeFinal(rig: Rig, claim: number): void {
  rig.l2.mine({ kind: 'final', number: BigInt(claim), hash: rig.claims[claim - 1]?.hash as Uint8Array })
}

const finalClaim = (one: Running): Promise<bigint | undefined> =>
  one.node.reads.conversation(3, 0, 'final').then(
    ({ claim }) => claim,
    () => undefined,
  )

async function expectFinal(one: Running, rig: Rig, claim: bigint): Promise<void> {
  await until(`final claim ${claim}`, async () => (await finalClaim(one)) === claim)
  const read = await one.node.reads.conversation(3, 0, 'final')
  const { stateRoot, number } = rig.claims[Number(claim) - 1]!.claim.lastHeader
  expect(read).toMatchObject({ claim, endsClaim: true, finality: 'final', block: number, stateRoot })
  expect(verifyConversation(stateRoot, 3, 0, read.conversation, read.proof.branch)).toBe(true)
  const { account, proof } = await one.node.reads.account(40, 0, 'final')
  expect(verifyAccount(stateRoot, 40, 0, account, proof.branch)).toBe(true)
}

describe('final state', () => {
  test('proofs › are of the newest final claim’s state, beside those of the latest', async () => {
    const rig = chainOfFour()
    const one = await started(rig)
    await one.verified(4n)
    expect(await finalClaim(one)).toBeUndefined()
    makeFinal(rig, 1)
    await expectFinal(one, rig, 1n)
    makeFinal(rig, 2)
    makeFinal(rig, 3)
    await expectFinal(one, rig, 3n)
    const latest = await one.node.reads.conversation(3, 0)
    expect(latest).toMatchObject({ claim: 4n, finality: 'claimed' })
    expect((await one.node.reads.conversation(3, 0, 'final')).conversation).not.toEqual(latest.conversation)
    const headers = { accept: 'application/octet-stream' }
    const response = await fetch(`${await one.url()}/v1/conversations/3/0?at=final`, { headers })
    const { block, final } = ProvenConversationType.deserialize(new Uint8Array(await response.arrayBuffer()))
    expect([block, final]).toEqual([5n, true])
  })

  test('restart › goes on from the newest final snapshot by what is stored', async () => {
    const rig = chainOfFour()
    const options = { snapshotEveryBlocks: 2 }
    const first = await started(rig, options)
    await first.verified(4n)
    makeFinal(rig, 3)
    await expectFinal(first, rig, 3n)
    await first.stop()
    const second = await started(rig, options)
    await expectFinal(second, rig, 3n)
    makeFinal(rig, 4)
    await expectFinal(second, rig, 4n)
  })

  test('changes › of blocks before the newest final snapshot are forgotten', async () => {
    const rig = chainOfFour()
    const one = await started(rig, { snapshotEveryBlocks: 2 })
    await one.verified(4n)
    const stored = () => tableOf(rig.store, 'chain-change').keys().all()
    expect(await stored()).toHaveLength(6)
    makeFinal(rig, 4)
    await expectFinal(one, rig, 4n)
    await until('nothing is kept', async () => (await stored()).length === 0)
  })

  test('changes › that are not stored leave no final state until a later snapshot is final', async () => {
    const rig = chainOfFour()
    const one = await started(rig, { snapshotEveryBlocks: 6 })
    await one.verified(4n)
    await tableOf(rig.store, 'chain-change').clear()
    makeFinal(rig, 3)
    await until('the log', () => rig.logged.some(({ msg }) => String(msg).includes('is not stored')))
    expect(await finalClaim(one)).toBeUndefined()
    makeFinal(rig, 4)
    await expectFinal(one, rig, 4n)
  })

  test('finality › taken back by a reorganisation is taken back here', async () => {
    const rig = chainOfFour()
    const one = await started(rig)
    await one.verified(4n)
    makeFinal(rig, 1)
    await expectFinal(one, rig, 1n)
    makeFinal(rig, 2)
    await expectFinal(one, rig, 2n)
    rig.l2.reorganise(1, [])
    await expectFinal(one, rig, 1n)
  })
})
