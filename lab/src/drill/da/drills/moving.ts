import { join } from 'node:path'
import { variableOf } from '@parley/cli'
import { readNode, verifiedRoot } from '@parley/cli/roles'
import { toHex } from '@parley/protocol'
import { type DaDrill, unless } from './drill.ts'

const [blobs, celestia] = ['ethereum-blobs:celestia', 'celestia:ethereum-blobs'] as const

const layerSwitched: DaDrill = {
  name: 'layer-switched',
  byDefault: true,
  policy: blobs,
  fault: 'the batcher is restarted with another layer, and with the first one again',
  expected: 'no part is on two layers, and a node with an empty directory derives everything',
  async play(stage) {
    const { stack, observers, dataDir, signal, wait } = stage
    const from = stage.latestClaim()
    await stage.usePolicy(celestia)
    await stage.claimOn('celestia', stage.latestClaim())
    await stage.usePolicy(blobs)
    await stage.claimOn('ethereum-blobs', stage.latestClaim())
    const empty = await stack.roles.startBeside('node', { [variableOf('run.dataDir')]: join(dataDir, 'empty-node') })
    return {
      hits: 2,
      detail: `moved twice behind claim ${from}`,
      failures: [],
      after: async () => {
        const url = empty.ready.url as string
        const head = observers.sealed()?.header
        if (head === undefined) throw new TypeError('nothing was sealed')
        try {
          const root = await wait('the empty node to derive everything', async () => {
            const { finalBlock } = await readNode(url, signal)
            return finalBlock >= head.number ? verifiedRoot(url, head.number, signal) : undefined
          })
          return unless(root === toHex(head.stateRoot), `the empty node has root ${root}, not ${toHex(head.stateRoot)}`)
        } finally {
          await empty.stop()
        }
      },
    }
  },
}

export const movingDrills: readonly DaDrill[] = [layerSwitched]
