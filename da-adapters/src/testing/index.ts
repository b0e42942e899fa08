export { type AccountPool, refusalOf } from './blob-pool.ts'
export { type BlobPoolProxy, type PoolChain, startBlobPoolProxy } from './blob-pool-proxy.ts'
export { type LayerProxy, type Meddling, type Passing, type ProxyAnswer, startProxy } from './layer-proxy.ts'
export type { PooledTransaction } from './pooled-transaction.ts'
