import type { SignatureVerifier } from '@parley/protocol'

/**
 * A verifier for lanes. Beside whole keys it takes keys in the form that is fastest to use again and again: uncompressed,
 * with the y that parsing an x costs a square root for.
 */
export interface NativeVerifier extends SignatureVerifier {
  /**
   * Finds the even y of `key`.
   * @param point - 65 bytes that the uncompressed point is written to; may overlap `key`.
   * @returns false, with `point` undefined, when no point has this x.
   */
  expandKey(key: Uint8Array, point: Uint8Array): boolean
  /** As `verifyMember`. @param point - 65 bytes that `expandKey` wrote. */
  verifyPoint(point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean
}
