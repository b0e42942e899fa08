import { inboxAbi } from '@parley/contracts'
import type { RawLog } from '@parley/l2'
import { type AbiEvent, concatHex, encodeAbiParameters, encodeEventTopics, type Hex, pad, toHex } from 'viem'
import { expect, test } from 'vitest'
import { decodeLog } from '../src/events/decode-log.ts'

const addresses = { inbox: toHex(1, { size: 20 }), rollup: toHex(2, { size: 20 }) } as const
const event = inboxAbi.find(
  (each): each is AbiEvent & typeof each => each.type === 'event' && each.name === 'DepositQueued',
)
const deposit = { shard: 3, account: 0, owner: toHex(5, { size: 20 }), amount: 6n }
const word = (value: bigint | number): Hex => pad(toHex(value), { size: 32 })
const fields = [word(8), word(9), word(10), word(3), word(0), word(5), word(6)]

function log(...words: Hex[]): RawLog {
  const topics = encodeEventTopics({ abi: inboxAbi, eventName: 'DepositQueued', args: { index: 7n } }) as Hex[]
  return { address: addresses.inbox, topics, data: concatHex(words), logIndex: 0 }
}

test('decodeLog › takes a deposit as the contract encodes it', () => {
  const inputs = event!.inputs.filter(({ indexed }) => indexed !== true)
  const encoded = encodeAbiParameters(inputs, [8n, word(9), word(10), deposit])
  expect(log(...fields).data).toBe(encoded)
  expect(decodeLog(log(...fields), addresses)).toMatchObject({
    kind: 'item',
    told: { index: 7n, item: { selector: 0, value: { shard: 3, amount: 6n } } },
  })
})

test.each([
  { why: 'a shard wider than a byte', words: fields.with(3, word(256 + 3)) },
  { why: 'an account wider than four bytes', words: fields.with(4, word(2n ** 32n)) },
  { why: 'an amount wider than eight bytes', words: fields.with(6, word(2n ** 64n + 6n)) },
  { why: 'a time wider than eight bytes', words: fields.with(0, word(2n ** 64n + 8n)) },
  { why: 'dirty bytes before an address', words: fields.with(5, word(2n ** 200n + 5n)) },
  { why: 'a word too many', words: [...fields, word(0)] },
])('decodeLog › $why is no event of the contract', ({ words }) => {
  expect(() => decodeLog(log(...words), addresses)).toThrow(/EVENT_INVALID/)
})
