import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics, type NodeMeasured } from '../src/metrics.ts'

const gauges: NodeMeasured = {
  verifiedBlock: 0,
  verifiedClaim: 0,
  standingClaim: 0,
  finalClaim: 0,
  rootsCompared: 0,
  rootsEqual: 0,
  l2LagSeconds: 0,
  state: 'starting',
}

test.each([
  { name: 'unknown', lag: undefined, header: undefined, item: undefined },
  { name: 'of the header alone', lag: { headerMs: 1_500n, oldestItemMs: undefined }, header: '1.5', item: '0' },
  { name: 'of both', lag: { headerMs: 0n, oldestItemMs: 2_000n }, header: '0', item: '2' },
])('lag $name › is what the metrics show, and unknown is no figure', async ({ lag, header, item }) => {
  const registry = new Registry()
  createMetrics(
    registry,
    () => gauges,
    async () => lag,
    () => ({ sources: [{ name: 'one', state: 'failing' }], headers: 3 }),
    () => undefined,
  )
  const text = await registry.metrics()
  const value = (name: string) => new RegExp(`^parley_node_${name} (.+)$`, 'm').exec(text)?.[1]
  expect(value('header_lag_seconds')).toBe(header)
  expect(value('oldest_item_seconds')).toBe(item)
  expect(value('watched_source_up{source="one"}')).toBe('0')
  expect(value('watched_headers')).toBe('3')
  expect(value('contest_funds_ether')).toBeUndefined()
})
