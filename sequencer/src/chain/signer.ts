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

/** Signs headers; the key stays wherever it is. */
export interface HeaderSigner {
  /** L2 address of the key. */
  readonly address: Bytes20
  /** Signs 32 bytes: r ‖ s ‖ v, 65 bytes, v 27 or 28. */
  sign(digest: Bytes32): Promise<Uint8Array>
}

/** Signs the EIP-712 digest of a header. @throws {SequencerError} `SIGNATURE_WRONG` when the signer returned another's, or one that the L2 would not take. */
export async function signHeader(
  signer: HeaderSigner,
  config: ChainConfig,
  header: BlockHeader,
  verifier: SignatureVerifier = portableVerifier,
): Promise<Uint8Array> {
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), header)
  const signature = await signer.sign(digest)
  const scalars = signature.subarray(0, 64)
  const isOwn = signature.length === 65 && verifier.verifyOwner(signer.address, digest, scalars)
  // v as the L2 recovers by it: claimed with another one, the block is refused there, and nothing may take its place.
  const valid = isOwn && recoverableSignature(signer.address, digest, scalars)?.at(64) === signature[64]
  if (!valid) throw new SequencerError({ code: 'SIGNATURE_WRONG', block: header.number, signer: signer.address })
  return signature
}
