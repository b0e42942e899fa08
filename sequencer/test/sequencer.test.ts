import { genesisHeader, portableVerifier, SettlementError, type State, StateType } from '@parley/protocol'
import { executeBlock } from '@parley/protocol/reference'
import { afterEach, expect, test } from 'vitest'
import { blockAt, endAll, eventually, getJson, postMessages, postOperation, startSequencer } from './support/harness.ts'
import { config, deposit, Talk } from './support/world.ts'

afterEach(endAll)

test('sequencer › accepts, answers with the position, and seals blocks that the reference accepts', async () => {
  const { url, l2 } = await startSequencer({ sealing: { minAgeMs: 0, minOperations: 1 } })
  l2.enqueue(deposit(3), deposit(9))
  const talks = [new Talk(3, 0), new Talk(9, 0)]
  await eventually('deposits', async () => (await fetch(`${url}/v1/accounts/9/0`)).ok || undefined)
  for (const talk of talks) expect(await postOperation(url, talk.create)).toMatchObject({ refusal: 0, value: 0n })
  const receipts = await postMessages(url, [
    talks[0]!.say('a0'),
    talks[1]!.say('b0'),
    talks[0]!.say('a1', 1),
    talks[0]!.signed('twice', 0, 1n),
  ])
  expect(receipts.map(({ refusal, value }) => [refusal, value])).toEqual([
    [0, 0n],
    [0, 0n],
    [0, 1n],
    [6, 2n],
  ])
  const last = receipts[2]!.block
  await eventually('block', () => blockAt(url, last))
  const state: State = StateType.defaultValue()
  state.prices = config.genesis.prices
  state.timestamp = config.genesis.timestamp
  let parent = genesisHeader(config)
  for (let number = 1n; number <= last; number += 1n) {
    const { block, witness } = (await blockAt(url, number))!
    const waiting = l2.items.slice(Number(state.inboxCount))
    executeBlock(state, block, witness, {
      config,
      verifier: portableVerifier,
      parent,
      lineage: config.genesis.lineage,
      window: { waiting, hashBefore: parent.inboxHash },
    })
    parent = block.header
  }
  expect(state.shards[3]!.conversations[0]!.messageCount).toBe(2n)
  const conversation = await getJson(url, '/v1/conversations/3/0')
  expect(conversation).toMatchObject({
    shard: 3,
    index: 0,
    conversation: { messageCount: '2', members: [{ nonce: '2' }, { nonce: '2' }] },
  })
})

test.each([
  new SettlementError({ code: 'L2_BEHIND', head: 11n, read: 30n }),
  new SettlementError({ code: 'CONTRACT_MISSING', address: new Uint8Array(20) }),
])('sequencer › is unready and says why while the L2 answers with $fault.code', async (fault) => {
  const { url, l2 } = await startSequencer()
  const ready = async (): Promise<object> => getJson(url, '/readyz')
  await eventually('ready', async () => (await fetch(`${url}/readyz`)).ok || undefined)
  l2.astray = fault
  l2.empty()
  await eventually('unready', async () => (await fetch(`${url}/readyz`)).status === 503 || undefined)
  expect(await ready()).toMatchObject({ because: expect.stringContaining(fault.fault.code) })
  l2.astray = undefined
  l2.empty()
  await eventually('ready again', async () => (await fetch(`${url}/readyz`)).ok || undefined)
})
