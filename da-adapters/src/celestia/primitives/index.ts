// What adapter and double share, each checked on vectors of third parties.
export {
  blobCommitment,
  commitmentOfShares,
  nextBlobStart,
  squareWidthFor,
  subtreeSizes,
  subtreeWidth,
} from './commitment.ts'
export type { CommitmentProof } from './commitment-proof.ts'
export { type AxisRoots, dataRootOf } from './data-root.ts'
export { merkleProof, merkleRoot } from './merkle.ts'
export {
  compareNamespaces,
  isUserNamespace,
  namespaceBytes,
  parityNamespace,
  reservedNamespaces,
  userNamespace,
} from './namespace.ts'
export { highestOf, lowestOf, type NmtProof, nmtLeaf, pairs } from './nmt.ts'
export { type Blob, blobShares, emptyShare, paddingShare, sequencesIn, shareBytes, sharesFor } from './shares.ts'
