import { hash64 } from '../ssz/merkle.ts'
import { type Bytes32, Uint64Type } from '../ssz/primitives.ts'
import { PricesType, type StateOfRoots } from '../types/state.ts'
import { stateGindex } from './state.ts'

/** Generalised index of shard 0; the shards after it follow. */
const firstShard = Number(stateGindex.shard(0))
const nodeBytes = 32

/** The nodes of a state from its shards' roots up: worked out once, however many proofs pass them. */
export class StateNodes {
  /** By generalised index. */
  private readonly bytes: Uint8Array

  constructor(state: StateOfRoots) {
    this.bytes = new Uint8Array(2 * firstShard * nodeBytes)
    for (const [shard, root] of state.shards.entries()) this.write(firstShard + shard, root)
    for (let gindex = firstShard / 2; gindex >= 8; gindex /= 2)
      for (let node = gindex; node < gindex + gindex / 8; node += 1) this.hash(node)
    this.write(9, Uint64Type.hashTreeRoot(state.inboxCount))
    this.write(10, PricesType.hashTreeRoot(state.prices))
    this.write(11, Uint64Type.hashTreeRoot(state.blockNumber))
    this.write(12, Uint64Type.hashTreeRoot(state.timestamp))
    for (let node = 7; node >= 1; node -= 1) this.hash(node)
  }

  get root(): Bytes32 {
    return this.node(1)
  }

  /** A node by its generalised index, of the shards' roots at the deepest. */
  node(gindex: number): Bytes32 {
    return this.bytes.subarray(gindex * nodeBytes, (gindex + 1) * nodeBytes)
  }

  /** Siblings of a shard's root up to the state's. */
  branch(shard: number): Bytes32[] {
    const siblings: Bytes32[] = []
    for (let node = firstShard + shard; node > 1; node >>= 1) siblings.push(this.node(node ^ 1))
    return siblings
  }

  /** Writes these siblings. @returns where they end. */
  writeBranch(shard: number, to: Uint8Array, at: number): number {
    let end = at
    for (let node = firstShard + shard; node > 1; node >>= 1) {
      const from = (node ^ 1) * nodeBytes
      for (let i = 0; i < nodeBytes; i += 1) to[end + i] = this.bytes[from + i] as number
      end += nodeBytes
    }
    return end
  }

  private hash(node: number): void {
    this.write(node, hash64(this.node(2 * node), this.node(2 * node + 1)))
  }

  private write(gindex: number, root: Uint8Array): void {
    this.bytes.set(root, gindex * nodeBytes)
  }
}
