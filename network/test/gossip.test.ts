import { afterEach, expect, test } from 'vitest'
import { leaveAll, newChain, startPeers, until } from './support/peers.ts'

afterEach(leaveAll)

test('gossip › a header reaches five peers, and each pulls the block once', async () => {
  const chain = newChain()
  const peers = await startPeers(chain, 5)
  const [first] = peers
  const blocks = [chain.seal(), chain.seal(), chain.seal()]
  for (const block of blocks) await first?.network.publish(block)
  await until('all have all', () => peers.every(({ network }) => network.status().blocks.kept === blocks.length))
  for (const { network, metric } of peers.slice(1)) {
    expect(network.status().blocks).toMatchObject({ first: 1n, head: 3n })
    expect(await metric('pulled_bytes_total')).toBe(blocks.reduce((sum, { bytes }) => sum + bytes.length, 0))
    expect(await network.block(2n)).toEqual(blocks[1]?.bytes)
  }
}, 360_000)
