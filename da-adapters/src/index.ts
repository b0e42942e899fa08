export {
  type AltDaDeps,
  type AltDaOptions,
  createAltDa,
} from './alt-da/alt-da.ts'
export type { CommitmentStore } from './alt-da/commitments.ts'
export type { CommitmentKind } from './alt-da/pointer.ts'
export {
  type CelestiaDeps,
  type CelestiaOptions,
  type CelestiaWriter,
  createCelestiaDa,
} from './celestia/adapter/celestia-da.ts'
export { type CelestiaDeployment, celestiaNamespace } from './celestia/namespace-of.ts'
export { celestiaMaxBytes } from './celestia/publishing/chunks.ts'
export type { CelestiaStore } from './celestia/publishing/publication-store.ts'
export {
  type CommitteeDeps,
  type CommitteeOptions,
  type CommitteeWriter,
  committeeMaxBytes,
  createCommitteeDa,
} from './committee/adapter/committee-da.ts'
export type { CertificateLevel } from './committee/publishing/certificate-store.ts'
export type { BlobAccount } from './ethereum-blobs/blob-transaction.ts'
export {
  type BlobWriter,
  createEthereumBlobsDa,
  type EthereumBlobsDeps,
  type EthereumBlobsOptions,
} from './ethereum-blobs/ethereum-blobs-da.ts'
export type { FeeBounds } from './ethereum-blobs/fees.ts'
export { createKzg, type Kzg, type KzgOptions } from './ethereum-blobs/kzg.ts'
export { maxBlobsPerTransaction } from './ethereum-blobs/layer.ts'
export { blobsFor, usableBytesPerBlob } from './ethereum-blobs/packing.ts'
export { type BlobProbe, type BlobProbeDeps, keptBlocks, probeBlobSources } from './ethereum-blobs/probe.ts'
export type { BlobStore } from './ethereum-blobs/publication-store.ts'
export {
  createLocalDa,
  defaultLocalMaxBytes,
  type LocalDaDeps,
  type LocalDaOptions,
  type LocalDirectoryOptions,
  type LocalUrlOptions,
} from './local/local-da.ts'
export {
  createLocalDaServer,
  type LocalDaServer,
  type LocalDaServerDeps,
  type LocalDaServerOptions,
} from './local/server.ts'
export { defaultAltDaMaxBytes } from './options.ts'
export { type FaultDeps, type FaultOptions, type FaultRates, withFaults } from './with-faults.ts'
export { type MetricsDeps, withMetrics } from './with-metrics.ts'
