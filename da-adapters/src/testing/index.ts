export { emptyVersionedHash } from '../ethereum-blobs/empty-blob.ts'
export { unpackBlobs } from '../ethereum-blobs/packing.ts'
export { type AccountPool, refusalOf } from './blob-pool.ts'
export { type BlobPoolProxy, type PoolChain, startBlobPoolProxy, type TakenTransaction } from './blob-pool-proxy.ts'
export {
  type LayerProxy,
  type LayerProxyOptions,
  type Meddling,
  type Passing,
  type ProxyAnswer,
  startProxy,
} from './layer-proxy.ts'
export type { PooledTransaction } from './pooled-transaction.ts'
