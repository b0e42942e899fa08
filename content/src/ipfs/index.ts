export { type KuboOptions, kuboBlocks } from './kubo-blocks.ts'
export { type PinningOptions, pinnedBlocks } from './pinned-blocks.ts'
