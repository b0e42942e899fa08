import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '#hash'

// Must be imported before any type of @chainsafe/ssz is made: its zero hashes are cached from the hasher in force.
setHasher(hasher)
