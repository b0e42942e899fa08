import { bytesToHex, domainSeparator, hashTypedData, hexToBytes } from 'viem'

/** EIP-712 types that members and claimers sign. @see docs/spec/da-committee.md#signatures */
export const committeeTypes = {
  Attestation: [
    { name: 'epoch', type: 'uint32' },
    { name: 'expiresAt', type: 'uint64' },
    { name: 'parts', type: 'Part[]' },
  ],
  Store: [
    { name: 'epoch', type: 'uint32' },
    { name: 'expiresAt', type: 'uint64' },
    { name: 'parts', type: 'Part[]' },
    { name: 'deadline', type: 'uint64' },
  ],
  Part: [
    { name: 'chunkRoot', type: 'bytes32' },
    { name: 'length', type: 'uint32' },
  ],
} as const

const markBytes = 4

/** The one contract that a certificate is for. */
export interface CommitteeInstance {
  /** Chain id of the L2. */
  readonly chainId: bigint
  /** Address of its `DataCommittee`, 20 bytes. */
  readonly committee: Uint8Array
}

/** What members keep: a part of a batch by its chunk root. */
export interface CommitteePart {
  /** 32 bytes. */
  readonly chunkRoot: Uint8Array
  /** Bytes of the part, 1 to 16 MiB. */
  readonly length: number
}

/** A member's word that it has the parts on disk and serves them until `expiresAt`. */
export interface Attestation {
  readonly epoch: number
  /** Seconds since 1970, by the L2's time. */
  readonly expiresAt: bigint
  /** One or two. */
  readonly parts: readonly CommitteePart[]
}

/** A claimer's word that members may store the parts, and attest to them together until `deadline`, in seconds since 1970. */
export interface StoreAuthority extends Attestation {
  readonly deadline: bigint
}

/** What an account signs to attest, in the form of viem's `signTypedData`. */
export function attestationTypedData(instance: CommitteeInstance, attestation: Attestation) {
  return {
    domain: domainOf(instance),
    types: committeeTypes,
    primaryType: 'Attestation' as const,
    message: messageOf(attestation),
  }
}

/** What a claimer signs so that members take its data, in the form of viem's `signTypedData`. */
export function storeTypedData(instance: CommitteeInstance, authority: StoreAuthority) {
  const message = { ...messageOf(authority), deadline: authority.deadline }
  return { domain: domainOf(instance), types: committeeTypes, primaryType: 'Store' as const, message }
}

/** Digest of an attestation, 32 bytes. */
export function attestationDigest(instance: CommitteeInstance, attestation: Attestation): Uint8Array {
  return hexToBytes(hashTypedData(attestationTypedData(instance, attestation)))
}

/** Digest of an authority, 32 bytes. */
export function storeDigest(instance: CommitteeInstance, authority: StoreAuthority): Uint8Array {
  return hexToBytes(hashTypedData(storeTypedData(instance, authority)))
}

/** How certificates name their contract: the first 4 bytes of the EIP-712 domain separator. */
export function committeeMark(instance: CommitteeInstance): Uint8Array {
  return hexToBytes(domainSeparator({ domain: domainOf(instance) })).slice(0, markBytes)
}

function domainOf({ chainId, committee }: CommitteeInstance) {
  return { name: 'Parley DA', version: '1', chainId, verifyingContract: bytesToHex(committee) }
}

function messageOf({ epoch, expiresAt, parts }: Attestation) {
  return { epoch, expiresAt, parts: parts.map((part) => ({ ...part, chunkRoot: bytesToHex(part.chunkRoot) })) }
}
