export type { ChunkAnswerer, ChunkQuestion, CommitteeChain } from './chain/committee-chain.ts'
export { createDaNode, type DaNode, type DaNodeDeps } from './da-node.ts'
export { DaNodeError, type DaNodeFault, daNodeFaults } from './faults.ts'
export {
  createDaNodeServer,
  type DaNodeServer,
  type DaNodeServerDeps,
  type DaNodeServerOptions,
} from './http/server.ts'
export { type DaNodeOptions, daNodeBounds } from './options.ts'
export { type CheckForm, checkPartForm } from './taking/part-form.ts'
export type { MemberKey } from './taking/taking.ts'
