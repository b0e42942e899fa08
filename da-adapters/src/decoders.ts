// Pointers as claims carry them and answers of nodes, for the fuzzer.
export { type AltDaPointer, decodeAltDaPointer, encodeAltDaPointer } from './alt-da/pointer.ts'
export { decodeCommitmentProof, decodeHeader, decodeNamespaceData } from './celestia/node/decoding.ts'
export { NodeFault } from './celestia/node/node-fault.ts'
export { type CelestiaPointer, decodeCelestiaPointer, encodeCelestiaPointer } from './celestia/pointer.ts'
export { wrongInCommitmentProof } from './celestia/primitives/commitment-proof.ts'
export { namespaceShares } from './celestia/primitives/namespace-data.ts'
export {
  type CommitteePointer,
  decodeCommitteePointer,
  encodeCommitteePointer,
  membersIn,
} from './committee/pointer.ts'
export { type BlobPointer, decodeBlobPointer, encodeBlobPointer } from './ethereum-blobs/pointer.ts'
export { decodeLocalPointer, encodeLocalPointer, type LocalPointer } from './local/pointer.ts'
