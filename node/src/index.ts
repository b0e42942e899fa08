export { createHttpArchive, type HttpArchiveOptions } from './archive/http-archive.ts'
export type { PartArchive } from './archive/part-archive.ts'
export type { DaLayers } from './archive/part-sources.ts'
export { writeClaimProof } from './challenge/claim-proof.ts'
export type { ClaimContester } from './challenge/contester.ts'
export * from './faults.ts'
export { createNodeServer, type NodeServer, type NodeServerDeps, type NodeServerOptions } from './http/server.ts'
export { createNode, type NodeDeps, type ParleyNode } from './node.ts'
export type { NodeOptions } from './options.ts'
export type { NodeState } from './progress.ts'
export type {
  ClaimRead,
  ClaimState,
  Finality,
  HistoryPage,
  NodeReads,
  Proven,
  ProvenAccount,
  ProvenConversation,
  VerifiedBlockRead,
} from './reads/reads.ts'
export type { ClaimRescuer, RescueOutcome } from './rescue/claim-rescuer.ts'
export type { RescueResult, RescueStep } from './rescue/rescue.ts'
export { createHttpSnapshots, type HttpSnapshotsOptions } from './snapshot/http-snapshots.ts'
export type { SnapshotSource } from './snapshot/snapshot-source.ts'
export type { Level, NodeStatus } from './status.ts'
export type { HistoryRecord } from './store/chain-records.ts'
export type { NodeStore } from './store/node-store.ts'
export type { Snapshot } from './store/snapshot-store.ts'
export type { EvidenceOutcome, EvidenceSender } from './watch/evidence-sender.ts'
export type { WatchedSource } from './watch/source-watch.ts'
export type { WatchSetup } from './watch/watch.ts'
