import {
  buildChangeMembers,
  buildFund,
  buildReclaim,
  buildWithdraw,
  consentOf,
  findRecordGap,
  type RecordEntry,
  signMessage,
} from '@parley/client'
import { createSequencerBlockSource } from '@parley/client/blocks'
import {
  type ConversationEntry,
  ConversationEventKind,
  firstSchedule,
  memberKey,
  OperationKind,
} from '@parley/protocol'
import { hexToBytes } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { Rollup } from './support/rollup.ts'

let rollup: Rollup
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start()
  ann = await rollup.converse(3)
}, 360_000)
afterAll(() => rollup?.stop())

const content = (nonce: bigint): Uint8Array => new Uint8Array(32).fill(Number(nonce % 256n))

const draft = (nonce: bigint) => ({
  shard: ann.shard,
  conversation: ann.index,
  conversationId: ann.id,
  member: 1,
  nonce,
  content: content(nonce),
})

/** What the feed tells, in the form a record has. */
function recordOf(entries: readonly ConversationEntry[]): RecordEntry[] {
  return entries.flatMap(({ block, timestamp, forced, event }): RecordEntry[] => {
    const place = { block, timestamp, forced, signatures: null }
    if (event.selector === ConversationEventKind.message) {
      const { member, content: said } = event.value
      return [{ ...place, kind: 'message', member, content: said }]
    }
    const { operation } = event.value
    return operation.selector === OperationKind.changeMembers
      ? [{ ...place, kind: 'change', change: operation.value }]
      : []
  })
}

describe('client of a real sequencer', () => {
  test('stream › single messages are answered with their positions, in order', async () => {
    const stream = await rollup.client.stream()
    const nonces = Array.from({ length: 50 }, (_, i) => ann.nonce + BigInt(i))
    const receipts = await Promise.all(
      nonces.map((nonce) => stream.submit(signMessage(rollup.config.chainId, draft(nonce), ann.key))),
    )
    expect(receipts.map((receipt) => receipt.accepted && receipt.position)).toEqual(nonces.map((nonce) => nonce - 1n))
    ann.nonce += 50n
    const again = await stream.submit(signMessage(rollup.config.chainId, draft(1n), ann.key))
    expect(again).toEqual({ accepted: false, refusal: 'NONCE_MISMATCH', expected: ann.nonce })
    await stream.close()
  })

  test('operations › of every kind are accepted, and refused with what was expected', async () => {
    const { client, config, owner } = rollup
    const before = await client.account(3, 0)
    let nonce = before?.nonce ?? 0n
    const place = { shard: 3, account: 0, conversation: ann.index, member: 1 }
    const fund = await buildFund(config, { ...place, nonce: nonce++, amount: 1000n, priceLimit: 10n ** 7n }, owner)
    expect(await client.submitOperation(fund)).toMatchObject({ accepted: true })
    const reclaim = await buildReclaim(config, { ...place, nonce: nonce++, amount: 500n }, owner)
    expect(await client.submitOperation(reclaim)).toMatchObject({ accepted: true })
    const withdraw = await buildWithdraw(config, { shard: 3, account: 0, nonce: nonce++, amount: 7n }, owner)
    expect(await client.submitOperation(withdraw)).toMatchObject({ accepted: true })
    expect(await client.submitOperation(withdraw)).toEqual({
      accepted: false,
      refusal: 'NONCE_MISMATCH',
      expected: nonce,
    })
    expect((await client.account(3, 0))?.withdrawn).toBe(7n)
    const guest = memberKey(content(9n))
    const admin = memberKey(rollup.adminSecret(ann))
    const conversation = await client.conversation(3, ann.index)
    if (conversation === undefined) throw new TypeError('the conversation is gone')
    const change = { shard: 3, conversation: ann.index, epoch: 0n, signer: 0, remove: [], roles: [] }
    const add = { ...change, add: [{ slot: 2, key: guest.key, role: 1, allowance: 0n, priceLimit: 0n }], exchange: [] }
    const signed = await buildChangeMembers(config.chainId, conversation, add, admin, [
      consentOf(config.chainId, guest),
    ])
    expect(await client.submitOperation(signed)).toMatchObject({ accepted: true })
    expect(await client.submitOperation(signed)).toEqual({ accepted: false, refusal: 'EPOCH_MISMATCH', expected: 1n })
  })

  test('feed › gives the whole record of a conversation, complete against its head', async () => {
    await rollup.say(ann, 3)
    const conversation = await rollup.client.conversation(3, ann.index)
    if (conversation === undefined) throw new TypeError('the conversation is gone')
    const entries: ConversationEntry[] = []
    const all = conversation.messageCount + conversation.epoch
    for await (const entry of rollup.client.follow(3, ann.index, 0n, AbortSignal.timeout(340_000))) {
      entries.push(entry)
      if (BigInt(recordOf(entries).length) === all) break
    }
    expect(findRecordGap(rollup.config.chainId, conversation, recordOf(entries))).toBeUndefined()
    const { number } = await rollup.sealedRoot()
    expect(entries.at(-1)?.block).toBe(number)
  })

  test('block source › gives the signed chain from the first block on, and only under the right key', async () => {
    const { number } = await rollup.sealedRoot()
    const sequencer = hexToBytes(rollup.roles.sequencer.address)
    const sourceFor = (address: Uint8Array) =>
      createSequencerBlockSource(
        { url: rollup.sequencer.url },
        { deployment: rollup.config, keys: async () => firstSchedule(address, rollup.config.fees).keys },
      )
    const controller = new AbortController()
    const numbers: bigint[] = []
    for await (const { header } of sourceFor(sequencer).blocks(1n, controller.signal)) {
      numbers.push(header.number)
      if (header.number === number) controller.abort()
    }
    expect(numbers).toEqual(Array.from({ length: Number(number) }, (_, i) => BigInt(i + 1)))
    const wrong = sourceFor(new Uint8Array(20).fill(1)).blocks(1n, AbortSignal.timeout(340_000))
    await expect(wrong[Symbol.asyncIterator]().next()).rejects.toThrow('HEADER_UNSIGNED')
  })

  test('reading › status and prices tell what the sequencer’s document promises', async () => {
    expect(await rollup.client.status()).toHaveProperty('finality')
    expect(Object.keys(await rollup.client.prices()).length).toBeGreaterThan(0)
    expect(await rollup.client.conversation(9, 0)).toBeUndefined()
  })
})
