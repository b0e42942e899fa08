import { describe, expect, test } from 'vitest'
import { claimed, type TestClaim } from './support/l2.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

async function reached(one: Running, rig: Rig): Promise<void> {
  const { number, stateRoot } = rig.chain.parent
  await until(`block ${number}`, async () => {
    const status = await one.node.status()
    return status.state === 'following' && status.block === number
  })
  const status = await one.node.status()
  expect(status.stateRoot).toEqual(stateRoot)
  const { conversation } = await one.node.reads.conversation(3, 0)
  expect(conversation).toEqual(rig.chain.conversation(3))
  const { total, entries } = await one.node.reads.history(3, 0, 0n, 1000)
  expect(total).toBe(conversation.messageCount + conversation.epoch)
  expect(entries).toHaveLength(Number(total))
}

describe('node', () => {
  test('reorganisation › a dropped claim is taken back, with its blocks and entries, and another takes its place', async () => {
    const rig = new Rig()
    rig.prepare()
    const before = rig.chain.fork()
    rig.claim(rig.chain.build(rig.chain.say(3, 2)), rig.chain.build(rig.chain.say(3, 1)))
    const one = await started(rig, { snapshotEveryBlocks: 1 })
    await reached(one, rig)
    rig.claims.pop()
    rig.l2.reorganise(1, [])
    rig.chain = before
    await reached(one, rig)
    await expect(one.node.reads.block(5n)).rejects.toThrow('BLOCK_UNKNOWN')
    const other = before.say(3, 3).slice(0, 1)
    rig.claim(before.build(other))
    await reached(one, rig)
    await one.stop()
    await reached(await started(rig), rig)
  })

  test('reorganisation › another claim under the same number, told in one page, takes the place of the verified one', async () => {
    const rig = new Rig()
    rig.prepare()
    const before = rig.chain.fork()
    rig.claim(rig.chain.build(rig.chain.say(3, 2)))
    const one = await started(rig)
    await reached(one, rig)
    rig.claims.pop()
    rig.chain = before
    const other = rig.publish(before.build(before.say(40, 1)))
    rig.l2.inOnePage = true
    rig.l2.reorganise(1, [claimed(other)])
    await until('the other claim', async () => (await one.node.reads.block('latest')).block.runs[0]?.shard === 40)
    await reached(one, rig)
  })

  test('reorganisation › the same claim in another L2 block keeps the state', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await reached(one, rig)
    const again = rig.claims.at(-1) as TestClaim
    rig.l2.reorganise(1, [], [claimed(again)])
    await until('the claim elsewhere', async () => (await one.node.reads.claim(2n)).record.at.blockNumber === 4n)
    await reached(one, rig)
  })

  test('reorganisation › back to before the first block, without a snapshot but the first', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await reached(one, rig)
    const claims = [...rig.claims]
    const items = rig.chain.queue.map((queued) => ({ kind: 'item', queued }) as const)
    rig.l2.reorganise(3, [])
    await until('the state before the first block', async () => {
      const { state, block } = await one.node.status()
      return state === 'following' && block === 0n
    })
    await expect(one.node.reads.conversation(3, 0)).rejects.toThrow('CONVERSATION_UNKNOWN')
    expect((await one.node.reads.history(3, 0, 0n, 10)).total).toBe(0n)
    rig.l2.mine(...items)
    rig.l2.mine(...claims.map(claimed))
    await reached(one, rig)
  })

  test('reorganisation › a removal that was itself dropped leaves the claims standing', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await reached(one, rig)
    const { stateRoot } = rig.chain.parent
    rig.l2.mine({ kind: 'removal', standing: 1n, lineage: new Uint8Array(32).fill(9) })
    await until('the removal', async () => (await one.node.status()).block === 2n)
    rig.l2.reorganise(1, [])
    await one.verified(2n)
    expect((await one.node.status()).stateRoot).toEqual(stateRoot)
    await reached(one, rig)
  })

  test('reorganisation › while data is waited for, the wait is called off', async () => {
    const rig = new Rig()
    rig.prepare()
    const before = rig.chain.fork()
    rig.core.spoil = () => new Uint8Array(3)
    const one = await started(rig)
    await one.state('waiting')
    rig.claims.length = 0
    rig.l2.reorganise(2, [])
    await one.state('following')
    rig.core.spoil = (bytes) => bytes
    rig.chain = before
    const status = await one.node.status()
    expect([status.block, status.fault]).toEqual([0n, undefined])
  })

  test('finality › taken back by a reorganisation is no longer told', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await reached(one, rig)
    rig.l2.mine({ kind: 'final', number: 1n, hash: rig.claims[0]?.hash as Uint8Array })
    await until('finality', async () => (await one.node.status()).finality.final.claim === 1n)
    rig.l2.reorganise(1, [])
    await until('no finality', async () => (await one.node.status()).finality.final.claim === 0n)
  })
})
