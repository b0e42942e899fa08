import type { Bytes20, Bytes32, Signature, SignatureVerifier } from '@parley/protocol'
import type { NativeVerifier } from '../signatures/native-verifier.ts'

const pointBytes = 65

/** Points that were worked out while an operation was checked, so that nobody has to again for its new members. */
export interface KeyMemory {
  /** y of a key seen in the last operation. */
  yOf(key: Bytes32): Uint8Array | undefined
}

/** Verifies through another verifier and remembers the points of the keys of one operation. */
export class RememberingVerifier implements SignatureVerifier, KeyMemory {
  readonly name: string
  private readonly points = new Map<string, Uint8Array>()
  private readonly verifier: NativeVerifier

  constructor(verifier: NativeVerifier) {
    this.verifier = verifier
    this.name = verifier.name
  }

  /** Begins another operation. */
  forget(): void {
    this.points.clear()
  }

  yOf(key: Bytes32): Uint8Array | undefined {
    return this.points.get(nameOf(key))?.subarray(33)
  }

  verifyMember(key: Bytes32, digest: Bytes32, signature: Signature): boolean {
    const point = new Uint8Array(pointBytes)
    if (!this.verifier.expandKey(key, point)) return false
    this.points.set(nameOf(key), point)
    return this.verifier.verifyPoint(point, digest, signature)
  }

  verifyOwner(owner: Bytes20, digest: Bytes32, signature: Signature): boolean {
    return this.verifier.verifyOwner(owner, digest, signature)
  }
}

const nameOf = (key: Bytes32): string => Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
