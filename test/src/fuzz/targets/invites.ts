import { ClientError } from '@parley/client'
import { decodeCursor, decodeInvite, encodeCursor } from '@parley/client/decoders'
import { publicInboxAbi } from '@parley/contracts'
import { SettlementError } from '@parley/protocol'
import { encodeAbiParameters, encodeEventTopics, getAbiItem, type Hex, hexToBytes, toHex } from 'viem'
import { Seeded } from '../../vectors/seeded.ts'
import { assertSame, type FuzzTarget, verdictOf } from '../target.ts'

const random = new Seeded('parley fuzz/invites')
const address = (): Hex => toHex(random.bytes(20))
const [inbox, recipient, sender] = [address(), address(), address()]
const at = { blockNumber: 7n, blockHash: random.bytes(32) }
const event = getAbiItem({ abi: publicInboxAbi, name: 'InviteDelivered' })
const topicBytes = 4 * 32

/** An invite as bytes: its four topics, then its data. */
function inviteLog(sequence: bigint): Uint8Array {
  const topics = encodeEventTopics({ abi: [event], args: { recipient, sequence, sender } }) as Hex[]
  const quote = {
    gate: inbox,
    standing: 1,
    fee: 10n,
    recipientPart: 4n,
    protocolPart: 3n,
    gatePart: 2n,
    networkPart: 1n,
    beneficiary: sender,
  }
  const inputs = event.inputs.filter((input) => !('indexed' in input && input.indexed))
  const data = encodeAbiParameters(inputs, [sender, toHex(random.bytes(32)), toHex(random.bytes(32)), quote] as never)
  return new Uint8Array([...topics.flatMap((topic) => [...hexToBytes(topic)]), ...hexToBytes(data)])
}

const cursor = (count: number): Uint8Array => {
  const waypoints = Array.from({ length: count }, (_, i) => ({
    position: { blockNumber: BigInt(i), blockHash: random.bytes(32) },
    count: BigInt(i),
    head: toHex(random.bytes(32)),
  }))
  return new TextEncoder().encode(encodeCursor(waypoints))
}

/** What a watch of an inbox reads: the L2's logs, and the cursor that an application hands back. */
export function inviteTargets(): FuzzTarget[] {
  return [
    {
      name: 'invite log',
      weight: 1,
      corpus: [0n, 1n, 2n ** 63n].map(inviteLog),
      run: (input) =>
        verdictOf(() => {
          const topics = [0, 1, 2, 3].map((i) => toHex(input.slice(32 * i, 32 * (i + 1))))
          const log = { address: inbox, topics, data: toHex(input.slice(topicBytes)), logIndex: 0 }
          decodeInvite(log, at, inbox, recipient)
        }, SettlementError),
    },
    {
      name: 'invite cursor',
      weight: 1,
      corpus: [1, 2, 32].map(cursor),
      run: (input) =>
        verdictOf(() => {
          const waypoints = decodeCursor(new TextDecoder().decode(input))
          const again = new TextEncoder().encode(encodeCursor(waypoints))
          // JSON leaves room for white space and leading zeros; what is accepted must mean the same.
          assertSame(again, new TextEncoder().encode(encodeCursor(decodeCursor(encodeCursor(waypoints)))), 'cursor')
        }, ClientError),
    },
  ]
}
