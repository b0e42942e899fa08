import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Lane } from '../lane/lane.ts'

/** A lane that collects its garbage once a state is restored, so that what it holds can be measured. */
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const { restoreEnd } = Lane.prototype

Lane.prototype.restoreEnd = function () {
  const roots = restoreEnd.call(this)
  collect()
  return roots
}

await import('../lane/worker.ts')
