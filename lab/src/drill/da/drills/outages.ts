import { l1Head, minedSince } from '../stage/l1-transactions.ts'
import type { DaDrill } from './drill.ts'

const outageSeconds = 120
const l2DownSeconds = 20

const allDown: DaDrill = {
  name: 'all-layers-down',
  byDefault: false,
  policy: 'committee:celestia:ethereum-blobs',
  fault: `no layer answers the batcher for ${outageSeconds} seconds`,
  expected: 'what is accepted meanwhile waits, and all of it is published afterwards',
  async play(stage) {
    const { fronts, clock, signal } = stage
    const proxies = [fronts.l1, ...fronts.members]
    const before = proxies.map(({ meddled }) => meddled)
    const claim = stage.latestClaim()
    await stage.meddleCelestia({ fault: 'unavailable' })
    for (const proxy of proxies) proxy.meddle(() => 'cut')
    await clock.sleep(outageSeconds * 1_000, signal)
    const meanwhile = stage.claimsAfter(claim).length
    const celestia = await stage.celestiaHits()
    const hits = proxies.map(({ meddled }, i) => meddled - (before[i] ?? 0))
    await stage.heal()
    await stage.wait('a claim after the outage', () => (stage.claimsAfter(claim).length > meanwhile ? true : undefined))
    const asked = [...hits.slice(0, 1), celestia, hits.slice(1).reduce((sum, each) => sum + each, 0)]
    return {
      // An attempt ends on a layer before the next is asked, and a layer that is down ends none.
      hits: asked.reduce((sum: number, each) => sum + (each ?? 0), 0),
      detail: `asked in vain: the L1 ${asked[0]}, Celestia ${asked[1]}, members ${asked[2]} times; ${meanwhile} claims of before`,
      failures: [],
    }
  },
}

const l2Down: DaDrill = {
  name: 'l2-down-while-published',
  byDefault: false,
  policy: 'ethereum-blobs:celestia',
  fault: `the L2 does not answer the batcher for ${l2DownSeconds} seconds after a part was published`,
  expected: 'it claims afterwards, and publishes nothing anew',
  async play(stage) {
    const { fronts, clock, signal } = stage
    await stage.wait('parts in the latest block', async () => {
      const fresh = await minedSince(stage, await l1Head(stage))
      return fresh.some(({ carries }) => carries === 'parts') ? true : undefined
    })
    const before = fronts.l2.meddled
    fronts.l2.meddle(() => 'cut')
    await clock.sleep(l2DownSeconds * 1_000, signal)
    const hits = fronts.l2.meddled - before
    await stage.heal()
    const { claim } = await stage.claimOn('ethereum-blobs', stage.latestClaim())
    return { hits, detail: `${hits} requests cut, claim ${claim.number} afterwards`, failures: [] }
  },
}

export const outageDrills: readonly DaDrill[] = [allDown, l2Down]
