import type { BlockView, SignedHeader } from '@parley/protocol'
import { SignedHeaderType } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import { leaveAll, newChain, startPeer, startPeers, type TestPeer, until } from './support/peers.ts'

afterEach(leaveAll)

const hex = (block: BlockView | SignedHeader): string =>
  Buffer.from(
    SignedHeaderType.serialize({ header: block.header, signature: Uint8Array.from(block.signature) }),
  ).toString('hex')

test('a second header › shown to one peer is known to all, and to whoever contests', async () => {
  const chain = newChain()
  const peers = await startPeers(chain, 5)
  const [first, , , , last] = peers as [TestPeer, TestPeer, TestPeer, TestPeer, TestPeer]
  const block = chain.seal()
  await first.network.publish(block)
  await until('all have the first', () => peers.every(({ network }) => network.status().blocks.kept === 1))
  const second = chain.draw(1, true)
  await last.network.publish(second)
  await until('all know', () => peers.every(({ evidence }) => evidence.length === 1))
  for (const { evidence, network, metric, headers } of peers) {
    const [pair] = evidence
    expect([pair?.a, pair?.b].map((signed) => hex(signed as SignedHeader)).sort()).toEqual(
      [hex(block), hex(second)].sort(),
    )
    expect(network.status().evidence).toBe(1)
    expect(
      (await metric('evidence_total', { outcome: 'found' })) + (await metric('evidence_total', { outcome: 'told' })),
    ).toBe(1)
    expect(headers.length).toBeGreaterThanOrEqual(1)
  }
}, 360_000)

test('evidence › is kept over restarts, and told to whoever comes later', async () => {
  const chain = newChain()
  const peer = await startPeer(chain)
  await peer.network.publish(chain.seal())
  await peer.network.publish(chain.draw(1, true))
  await until('evidence', () => peer.network.status().evidence === 1)
  await peer.network.stop()
  const { store, identity } = peer
  const again = await startPeer(chain, { store, identity })
  expect(again.network.status().evidence).toBe(1)
  const late = await startPeer(chain, { bootnodes: again.network.addresses })
  await until('told', () => late.evidence.length === 1)
  expect(late.network.evidence()).toEqual(again.network.evidence())
}, 360_000)
