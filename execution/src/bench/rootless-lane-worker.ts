import { Lane } from '../lane/lane.ts'
import { RunRoots } from '../lane/run-roots.ts'
import { ShardState } from '../lane/shard-state.ts'

/**
 * A lane that hashes no roots from its first block on, neither the state's nor the segments', so that a measurement can
 * say what roots cost. Nothing that checks roots accepts what it seals.
 */
const standIn = new Uint8Array(32)
const { open } = Lane.prototype
const { root } = ShardState.prototype
let hashes = true

Lane.prototype.open = function (number, terms) {
  hashes = false
  open.call(this, number, terms)
}
ShardState.prototype.root = function () {
  if (hashes) return root.call(this)
  this.dirtyMembers.count = 0
  this.dirtyAccounts.clear()
  return standIn
}
RunRoots.prototype.segment = () => standIn

await import('../lane/worker.ts')
