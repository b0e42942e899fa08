import { createHash } from 'node:crypto'
import {
  type ChainConfig,
  limits,
  type MemberKey,
  messageDigest,
  noSponsor,
  Role,
  SignedMessageType,
  signedMessageBytes,
} from '@parley/protocol'
import type { ShardChunk } from '../api.ts'
import { ByteWriter } from '../codec/bytes.ts'
import { markLast, writeChunkHeader, writeConversation } from '../codec/snapshot.ts'
import { Lane } from '../lane/lane.ts'
import { createPortableVerifier } from '../signatures/portable.ts'
import { createNativeSigner } from '../signatures/signer.ts'
import { ZipfSampler } from './zipf.ts'

const plenty = 2n ** 62n
const distinctKeys = 1024
const signer = createNativeSigner()

/** Parameters under which a long load pays the lowest price. */
export const benchConfig: ChainConfig = {
  chainId: 901n,
  inbox: new Uint8Array(20).fill(7),
  fees: { minPrice: 1n, target: 2n ** 40n, fraction: 2n ** 40n },
  forceDelayMs: 10_000n,
  genesis: {
    timestamp: 1_000_000n,
    prices: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n },
    lineage: new Uint8Array(32),
  },
}

function digestOf(label: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(label).digest())
}

/** Which member speaks at a place of the load: twice the conversation's number, plus the member's slot. */
export type Speakers = (serial: number) => number

/** Everybody in turn. @param stride - Which speaks after which; a large odd number jumps about in memory. */
export function inTurn(conversations: number, stride: number): Speakers {
  return (serial) => (serial * stride) % (2 * conversations)
}

/** Conversations of Zipf-distributed liveliness, both members alike; the same for the same seed. */
export function skewed(conversations: number, exponent: number, seed: string): Speakers {
  const sampler = new ZipfSampler(conversations, exponent)
  return (serial) => {
    const drawn = digestOf(`${seed} speaker ${serial}`)
    const rank = sampler.rank(new DataView(drawn.buffer).getUint32(0) / 2 ** 32)
    return 2 * rank + ((drawn[4] as number) & 1)
  }
}

/** A state of many two-member conversations, spread over all shards, and the messages of their members. */
export class SyntheticLoad {
  readonly conversations: number
  private readonly keys: readonly MemberKey[]
  private readonly nonces: Uint32Array
  private readonly seed: string

  constructor(conversations: number, seed: string) {
    this.conversations = conversations
    this.seed = seed
    this.keys = Array.from({ length: distinctKeys }, (_, i) => signer.memberKey(digestOf(`${seed} key ${i}`)))
    this.nonces = new Uint32Array(2 * conversations)
  }

  /** The state as a snapshot. */
  *chunks(): Generator<ShardChunk> {
    for (let shard = 0; shard < limits.shards; shard += 1) yield* this.shardChunks(shard)
  }

  /** Roots of the state's shards. */
  shardRoots(): Uint8Array[] {
    const lane = new Lane({
      lane: 0,
      lanes: 1,
      config: benchConfig,
      verifier: createPortableVerifier(),
      taken: new Int32Array(1),
      segmentsPerBlock: limits.segmentsPerBlock,
    })
    lane.restoreBegin()
    for (const { shard, bytes } of this.chunks()) lane.restoreChunk(shard, bytes)
    return lane.restoreEnd().map(({ root }) => root)
  }

  /** Signs the next messages, 111 bytes each; valid when all before them were accepted. */
  messages(count: number, speakers: Speakers, start = 0): Uint8Array {
    const messages = new Uint8Array(count * signedMessageBytes)
    for (let i = 0; i < count; i += 1) {
      const speaker = speakers(start + i)
      messages.set(this.message(speaker >>> 1, speaker & 1, start + i), i * signedMessageBytes)
    }
    return messages
  }

  private message(conversation: number, member: number, serial: number): Uint8Array {
    const place = 2 * conversation + member
    const nonce = BigInt(this.nonces[place] as number)
    this.nonces[place] = Number(nonce) + 1
    const content = digestOf(`${this.seed} content ${serial}`)
    const digest = messageDigest(benchConfig.chainId, this.id(conversation), member, nonce, content)
    return SignedMessageType.serialize({
      shard: conversation % limits.shards,
      conversation: Math.floor(conversation / limits.shards),
      member,
      nonce,
      content,
      signature: signer.sign(this.key(place).secret, digest),
    })
  }

  private key(place: number): MemberKey {
    return this.keys[place % distinctKeys] as MemberKey
  }

  private id(conversation: number): Uint8Array {
    const id = new Uint8Array(32).fill(1)
    new DataView(id.buffer).setUint32(0, conversation)
    return id
  }

  conversationsIn(shard: number): number {
    return Math.max(0, Math.ceil((this.conversations - shard) / limits.shards))
  }

  private *shardChunks(shard: number): Generator<ShardChunk> {
    const count = this.conversationsIn(shard)
    const perChunk = 10_000
    for (let from = 0, part = 0; part === 0 || from < count; from += perChunk, part += 1) {
      const writer = new ByteWriter(2 ** 20)
      writeChunkHeader(writer, shard, { part, account: 0, conversation: from })
      if (part === 0) for (const value of [0n, benchConfig.genesis.timestamp, 0n]) writer.uint64(value)
      writer.uint32(0)
      const to = Math.min(count, from + perChunk)
      writer.uint32(Math.max(0, to - from))
      for (let i = from; i < to; i += 1) this.writeConversation(writer, i * limits.shards + shard)
      const bytes = writer.written().slice()
      if (to >= count) markLast(bytes)
      yield { shard, bytes }
    }
  }

  private writeConversation(writer: ByteWriter, conversation: number): void {
    const id = this.id(conversation)
    const members = [0, 1].map((member) => ({
      key: this.key(2 * conversation + member).key,
      role: Role.admin,
      nonce: 0n,
      sponsor: noSponsor,
      allowance: plenty,
      priceLimit: plenty,
    }))
    writeConversation(writer, { id, epoch: 0n, members, messageCount: 0n, head: id })
  }
}
