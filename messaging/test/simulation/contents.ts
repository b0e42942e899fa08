import { ed25519 } from '@noble/curves/ed25519.js'
import { ackCommitment, ackedBytes, type Kept, type PutOptions } from '@parley/content'
import { type Bytes32, type Signature, sameBytes, toHex } from '@parley/protocol/light'
import { frameDigest } from '../../src/index.ts'
import { MemoryContents } from '../../src/memory/memory-contents.ts'

interface Waiting {
  readonly acks: readonly Bytes32[]
  readonly given: ReadonlySet<string>
}

/**
 * A store that lets go of a content at once when all its readers have acknowledged it, and not before; handshakes it keeps. What is
 * gone is in `frames` still, for those who look for what could have been read.
 */
export class DeletingContents extends MemoryContents {
  /** Digests of contents that were let go of. */
  readonly gone = new Set<string>()
  private readonly waiting = new Map<string, Waiting>()

  override async put(frame: Uint8Array, options?: PutOptions): Promise<Kept> {
    const name = toHex(frameDigest(frame))
    this.gone.delete(name)
    if (options?.class === 'application' && options.acks.length > 0)
      this.waiting.set(name, { acks: options.acks, given: new Set() })
    return super.put(frame)
  }

  override async get(digest: Bytes32): Promise<Uint8Array | undefined> {
    return this.gone.has(toHex(digest)) ? undefined : super.get(digest)
  }

  override async ack(digest?: Bytes32, ackKey?: Bytes32, signature?: Signature): Promise<void> {
    if (digest === undefined || ackKey === undefined || signature === undefined) throw new TypeError('no ack')
    if (!ed25519.verify(signature, ackedBytes(digest), ackKey)) throw new Error('the signature is another')
    const name = toHex(digest)
    const waiting = this.waiting.get(name)
    if (waiting === undefined) return
    const commitment = ackCommitment(ackKey, digest)
    if (!waiting.acks.some((each) => sameBytes(each, commitment))) throw new Error('nobody expects this reader')
    const given = new Set(waiting.given).add(toHex(commitment))
    this.waiting.set(name, { ...waiting, given })
    if (given.size === waiting.acks.length) this.gone.add(name)
  }
}
