import {
  type BlockHeader,
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  domainSeparator,
  headerDigest,
  portableVerifier,
  recoverableSignature,
  type SignatureVerifier,
} from '@parley/protocol'
import { SequencerError } from '../faults.ts'

/** What a digest is made of, for signers that make it themselves. */
export interface HeaderToSign {
  readonly chainId: bigint
  readonly inbox: Bytes20
  readonly header: BlockHeader
}

/** Signs headers; the key stays wherever it is. */
export interface HeaderSigner {
  /** L2 address of the key. */
  readonly address: Bytes20
  /** Why it cannot sign now, if it is known to be so. */
  readonly unreadyBecause?: () => string | undefined
  /**
   * Signs the 32 bytes that are a header's digest: r ‖ s ‖ v, 65 bytes, v 27 or 28.
   * @throws {SequencerError} `SECOND_HEADER` when it has signed another header of that place; the signal's reason.
   */
  sign(digest: Bytes32, of: HeaderToSign, signal: AbortSignal): Promise<Uint8Array>
}

/** Signs the EIP-712 digest of a header. @throws {SequencerError} `SIGNATURE_WRONG` when the signer returned another's, or one that the L2 would not take. */
export async function signHeader(
  signer: HeaderSigner,
  { chainId, inbox }: ChainConfig,
  header: BlockHeader,
  verifier: SignatureVerifier = portableVerifier,
  signal: AbortSignal = new AbortController().signal,
): Promise<Uint8Array> {
  const digest = headerDigest(domainSeparator(chainId, inbox), header)
  const signature = await signer.sign(digest, { chainId, inbox, header }, signal)
  const scalars = signature.subarray(0, 64)
  const isOwn = signature.length === 65 && verifier.verifyOwner(signer.address, digest, scalars)
  // v as the L2 recovers by it: claimed with another one, the block is refused there, and nothing may take its place.
  const valid = isOwn && recoverableSignature(signer.address, digest, scalars)?.at(64) === signature[64]
  if (!valid) throw new SequencerError({ code: 'SIGNATURE_WRONG', block: header.number, signer: signer.address })
  return signature
}
