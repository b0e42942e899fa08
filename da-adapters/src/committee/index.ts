// What members, the adapter and the tests of the contract agree on.
export { decodeAuthority, encodeAuthority, type SignedAuthority } from './authority.ts'
export {
  type ChunkProof,
  chunkBytes,
  chunkRoot,
  chunksIn,
  maxPartBytes,
  pathLength,
  proveChunk,
  rootOfChunk,
} from './chunks.ts'
export type { CommitteeEpoch, CommitteeMember, CommitteeNow, CommitteeReader } from './epoch.ts'
export { committeeLayer, maxMembers, maxParts, secp256k1Scheme } from './layer.ts'
export {
  type Certificate,
  type CommitteePointer,
  decodeCommitteePointer,
  encodeCommitteePointer,
  membersIn,
} from './pointer.ts'
export { compactBytes, compactSignature, signerOf } from './signatures.ts'
export {
  type Attestation,
  attestationDigest,
  attestationTypedData,
  type CommitteeInstance,
  type CommitteePart,
  committeeMark,
  committeeTypes,
  type StoreAuthority,
  storeDigest,
  storeTypedData,
} from './typed-data.ts'
