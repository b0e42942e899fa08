import { createHash } from 'node:crypto'
import {
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  type Conversation,
  type Deployment,
  domainSeparator,
  type Message,
  memberKey,
  messageDigest,
  type Operation,
  operationDigests,
  ownerAddress,
  type Signature,
  signDigest,
} from '@parley/protocol'

/** Somebody with a real key: a member by the x of its point, an owner by its address. */
export interface Signer<Name extends Uint8Array = Uint8Array> {
  readonly name: Name
  readonly secret: Uint8Array
  sign(digest: Bytes32): Signature
}

/** 32 bytes that follow from a label. */
export const digestOf = (label: string): Bytes32 => new Uint8Array(createHash('sha256').update(label).digest())

export function member(label: string): Signer<Bytes32> {
  const { key, secret } = memberKey(digestOf(`parley vectors/member/${label}`))
  return { name: key, secret, sign: (digest) => signDigest(secret, digest) }
}

export function owner(label: string): Signer<Bytes20> {
  const secret = digestOf(`parley vectors/owner/${label}`)
  return { name: ownerAddress(secret), secret, sign: (digest) => signDigest(secret, digest) }
}

/** The deployment that all vectors belong to. */
export const config: ChainConfig = {
  chainId: 901n,
  inbox: digestOf('parley vectors/inbox').subarray(0, 20),
  fees: { minPrice: 10n, target: 1_000n, fraction: 400n },
  forceDelayMs: 10_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 2n, witnessByte: 3n, settlement: 7n, stateByte: 3n },
    lineage: new Uint8Array(32),
  },
}

export const deployment: Deployment = {
  chainId: config.chainId,
  separator: domainSeparator(config.chainId, config.inbox),
}

export function sign(operation: Operation, signers: readonly Signer[], conversation?: Conversation): Signature[] {
  const digests = operationDigests(operation, deployment, conversation)
  return signers.map((signer, i) => signer.sign(digests[i] ?? digestOf('no such digest')))
}

export function signMessage(conversation: Conversation, message: Message, nonce: bigint, signer: Signer): Signature {
  return signer.sign(messageDigest(config.chainId, conversation.id, message.member, nonce, message.content))
}
