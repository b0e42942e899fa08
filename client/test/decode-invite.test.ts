import { encodeAbiParameters, encodeEventTopics, type Hex, pad, toHex } from 'viem'
import { expect, test } from 'vitest'
import { decodeInvite, inviteDelivered } from '../src/invites/decode-invite.ts'

const inbox = `0x${'ab'.repeat(20)}` as const
const recipient = `0x${'0c'.repeat(20)}` as const
const other = `0x${'0d'.repeat(20)}` as const
const digest = `0x${'0e'.repeat(32)}` as const
const at = { blockNumber: 7n, blockHash: new Uint8Array(32) }
const quote = {
  gate: other,
  standing: 1,
  fee: 4n,
  recipientPart: 1n,
  protocolPart: 1n,
  gatePart: 1n,
  networkPart: 1n,
  beneficiary: other,
}
const topics = encodeEventTopics({ abi: [inviteDelivered], args: { recipient, sequence: 5n, sender: other } }) as Hex[]
const inputs = inviteDelivered.inputs.filter((input) => !('indexed' in input && input.indexed))
const data = encodeAbiParameters(inputs, [other, digest, digest, quote] as never)
const log = { address: inbox, topics, data, logIndex: 0 }

test('decodeInvite › takes an invite as the contract encodes it', () => {
  const invite = decodeInvite(log, at, inbox, recipient)
  expect(invite).toMatchObject({ sequence: 5n, contentDigest: digest, quote: { standing: 'muted', fee: 4n } })
})

test.each([
  {
    why: 'a sequence wider than eight bytes',
    changed: { topics: topics.with(2, pad(toHex(2n ** 64n), { size: 32 })) },
  },
  {
    why: 'a standing wider than a byte',
    changed: { data: data.replace(`${'0'.repeat(63)}1`, `${'0'.repeat(61)}101`) as Hex },
  },
  {
    why: 'a standing that there is not',
    changed: { data: data.replace(`${'0'.repeat(63)}1`, `${'0'.repeat(63)}3`) as Hex },
  },
  { why: 'a word too many', changed: { data: `${data}${'00'.repeat(32)}` as Hex } },
  { why: 'a topic too few', changed: { topics: topics.slice(0, 3) } },
  { why: 'another contract', changed: { address: other } },
])('decodeInvite › $why is no invite', ({ changed }) => {
  expect(() => decodeInvite({ ...log, ...changed }, at, inbox, recipient)).toThrow(/EVENT_INVALID/)
})

test('decodeInvite › an invite to somebody else was not asked for', () => {
  expect(() => decodeInvite(log, at, inbox, other)).toThrow(/EVENT_INVALID/)
})
