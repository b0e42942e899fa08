import {
  type BlockHeader,
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  domainSeparator,
  headerDigest,
  portableVerifier,
  type SignatureVerifier,
} from '@parley/protocol'
import { SequencerError } from '../faults.ts'

/** Signs headers; the key stays wherever it is. */
export interface HeaderSigner {
  /** L2 address of the key. */
  readonly address: Bytes20
  /** Signs 32 bytes: r ‖ s ‖ v, 65 bytes. */
  sign(digest: Bytes32): Promise<Uint8Array>
}

/** Signs the EIP-712 digest of a header. @throws {SequencerError} `SIGNATURE_WRONG` when the signer returned another's. */
export async function signHeader(
  signer: HeaderSigner,
  config: ChainConfig,
  header: BlockHeader,
  verifier: SignatureVerifier = portableVerifier,
): Promise<Uint8Array> {
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), header)
  const signature = await signer.sign(digest)
  const valid = signature.length === 65 && verifier.verifyOwner(signer.address, digest, signature.subarray(0, 64))
  if (!valid) throw new SequencerError({ code: 'SIGNATURE_WRONG', block: header.number, signer: signer.address })
  return signature
}
