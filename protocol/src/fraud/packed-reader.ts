import { zeroHash } from '@chainsafe/persistent-merkle-tree'
import { ByteReader } from '../codec/byte-reader.ts'
import { CodecError } from '../codec/faults.ts'
import { hash64 } from '../ssz/merkle.ts'
import type { Bytes32 } from '../ssz/primitives.ts'

/** Reads packed big-endian bytes, as the verifiers do. Every read throws {@link CodecError}. @see docs/spec/fraud-proofs.md#openings */
export class PackedReader extends ByteReader {
  private readonly what: string

  /** @param what - Names the data in faults. */
  constructor(data: Uint8Array, what: string) {
    super(data, what)
    this.what = what
  }

  /** An integer of at most 4 bytes. */
  small(field: string, bytes: number, maximum = 256 ** bytes - 1): number {
    const value = Number(this.uint(field, bytes))
    if (value > maximum) throw new CodecError({ code: 'CODEC_BOUND', part: this.what, field, received: value, maximum })
    return value
  }

  uint(field: string, bytes: number): bigint {
    return this.bytes(field, bytes).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  }

  /** 32 bytes of their own. */
  root(field: string): Bytes32 {
    return this.bytes(field, 32).slice()
  }

  /** Reads the branch of a leaf and gives the root that it leads to. A sibling may be stated although it is zero: `Trees` takes it, too. */
  rootOf(leaf: Bytes32, index: number, depth: number): Bytes32 {
    const stated = this.small('branch', 4)
    if (stated >= 2 ** depth) throw this.invalid('branch', `names siblings above its ${depth} levels`)
    let node = leaf
    for (let height = 0; height < depth; height += 1) {
      const sibling = Math.floor(stated / 2 ** height) % 2 === 1 ? this.root('sibling') : zeroHash(height)
      node = Math.floor(index / 2 ** height) % 2 === 0 ? hash64(node, sibling) : hash64(sibling, node)
    }
    return node
  }

  invalid(field: string, reason: string): CodecError {
    return new CodecError({ code: 'CODEC_VALUE', part: this.what, field, reason })
  }
}
