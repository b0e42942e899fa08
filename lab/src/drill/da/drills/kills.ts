import type { LayerProxy, Meddling } from '@parley/da-adapters/testing'
import { l1Head, minedSince } from '../stage/l1-transactions.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'

/** Where a batcher is killed. */
interface KillPoint {
  readonly name: string
  /** Resolves at the point. */
  readonly reached: (stage: Stage) => Promise<unknown>
}

/** Resolves when a transaction is sent through a proxy, which does to it what `meddling` says. */
function sentThrough(proxyOf: (stage: Stage) => LayerProxy, meddling: Meddling): KillPoint['reached'] {
  return (stage) => {
    const proxy = proxyOf(stage)
    let reached = false
    proxy.meddle(({ body }) => {
      if (!body.includes('eth_sendRawTransaction')) return 'pass'
      reached = true
      return meddling
    })
    return stage.wait('the batcher to send a transaction', () => (reached ? true : undefined))
  }
}

const l1 = ({ fronts }: Stage): LayerProxy => fronts.l1
const l2 = ({ fronts }: Stage): LayerProxy => fronts.l2

const killPoints: readonly KillPoint[] = [
  { name: 'stored, not sent', reached: sentThrough(l1, 'cut') },
  { name: 'sent, not answered', reached: sentThrough(l1, 'cut after') },
  {
    name: 'mined, not deep',
    reached: (stage) =>
      stage.wait('parts in the latest block', async () => {
        const fresh = await minedSince(stage, await l1Head(stage))
        return fresh.some(({ carries }) => carries === 'parts') ? true : undefined
      }),
  },
  { name: 'published, not claimed', reached: sentThrough(l2, 'cut') },
  { name: 'claimed, not answered', reached: sentThrough(l2, 'cut after') },
]

const batcherKilled: DaDrill = {
  name: 'batcher-killed',
  byDefault: false,
  policy: 'ethereum-blobs:celestia',
  fault: 'the batcher is killed between any two steps of a publication and its claim',
  expected: 'it takes up what it stored, and every part is included once',
  async play(stage) {
    const { roles } = stage.stack
    const killed: string[] = []
    for (const { name, reached } of killPoints) {
      await reached(stage)
      await roles.kill('batcher')
      await stage.heal()
      killed.push(name)
      await roles.restart('batcher')
      await stage.claimOn('ethereum-blobs', stage.latestClaim())
    }
    return {
      hits: killed.length,
      detail: `killed ${killed.length} times: ${killed.join(', ')}`,
      failures: unless(killed.length === killPoints.length, 'not every point was reached'),
    }
  },
}

export const killDrills: readonly DaDrill[] = [batcherKilled]
