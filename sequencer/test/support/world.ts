import { crc32 } from 'node:zlib'
import {
  type ChainConfig,
  type CreateConversation,
  createConversationDigest,
  domainSeparator,
  type InboxItem,
  InboxItemKind,
  type MemberKey,
  memberKey,
  messageDigest,
  type Operation,
  operationDigests,
  ownerAddress,
  type SignedMessage,
  SignedMessageType,
  type SignedOperation,
  signDigest,
} from '@parley/protocol'

export const config: ChainConfig = {
  chainId: 31_337n,
  inbox: new Uint8Array(20).fill(0x11),
  fees: { minPrice: 1n, target: 100_000n, fraction: 1_000_000n },
  forceDelayMs: 60_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 0n, witnessByte: 0n, settlement: 0n, stateByte: 0n },
    lineage: new Uint8Array(32).fill(0x22),
  },
}

const separator = domainSeparator(config.chainId, config.inbox)

/** 32 bytes that depend on the name alone. */
export function named(name: string): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < 8; i += 1) view.setUint32(4 * i, crc32(`${name} ${i}`))
  // Below the order of the curve, and not zero.
  bytes[0] = 1
  return bytes
}

/** Key that signs headers. */
export const sequencerSecret = named('sequencer')

/** Owner of account 0 of every shard. */
export const ownerSecret = named('owner')

export function deposit(shard: number, amount = 1_000_000_000n): InboxItem {
  return { selector: InboxItemKind.deposit, value: { shard, account: 0, owner: ownerAddress(ownerSecret), amount } }
}

/** A conversation of two members of whom the first is the admin, and the messages they send. */
export class Talk {
  readonly id: Uint8Array
  readonly create: SignedOperation
  readonly keys: readonly MemberKey[]
  private readonly nonces = [1n, 1n]

  readonly shard: number
  readonly index: number

  /** @param index - Place it gets in its shard; also the nonce of the account that creates it. */
  constructor(shard: number, index: number, label = '') {
    this.shard = shard
    this.index = index
    this.keys = [0, 1].map((slot) => memberKey(named(`member ${label} ${shard} ${index} ${slot}`)))
    const value: CreateConversation = {
      shard,
      account: 0,
      nonce: BigInt(index),
      salt: named(`salt ${label} ${shard} ${index}`),
      members: this.keys.map(({ key }, slot) => ({
        key,
        role: slot === 0 ? 2 : 1,
        allowance: 100_000n,
        priceLimit: 1_000n,
      })),
    }
    this.id = createConversationDigest(separator, value)
    this.create = signed({ selector: 0, value }, [ownerSecret, ...this.keys.map(({ secret }) => secret)])
  }

  /** The next message of a member. */
  say(text: string, member = 0): SignedMessage {
    const message = this.signed(text, member, this.nonces[member] as bigint)
    this.nonces[member] = message.nonce + 1n
    return message
  }

  signed(text: string, member: number, nonce: bigint): SignedMessage {
    const content = named(text)
    const digest = messageDigest(config.chainId, this.id, member, nonce, content)
    const signature = signDigest((this.keys[member] as MemberKey).secret, digest)
    return { shard: this.shard, conversation: this.index, member, nonce, content, signature }
  }
}

/** An operation signed by `secrets` in the order its signatures have. */
export function signed(operation: Operation, secrets: readonly Uint8Array[]): SignedOperation {
  const digests = operationDigests(operation, { chainId: config.chainId, separator })
  return { operation, signatures: digests.map((digest, i) => signDigest(secrets[i] as Uint8Array, digest)) }
}

/** Messages as one body. */
export function body(messages: readonly SignedMessage[]): Uint8Array {
  return Buffer.concat(messages.map((message) => SignedMessageType.serialize(message)))
}
