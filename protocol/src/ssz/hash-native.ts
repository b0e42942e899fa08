export { hash, hashInto } from '@chainsafe/hashtree'
export { hasher } from '@chainsafe/persistent-merkle-tree/hasher/hashtree'
