import { RunsView } from '@parley/protocol'
import { expect, test } from 'vitest'
import { type CommittedRuns, SealedChain } from '../src/chain/sealed-chain.ts'
import { BlockStore } from '../src/store/block-store.ts'
import { SignedHeaders } from '../src/store/signed-headers.ts'
import { newDisk, signer } from './support/harness.ts'
import { config, named } from './support/world.ts'

test('sealed chain › a commit looks at bytes only: no run and no witness is decoded into values', async () => {
  const { store, signed } = newDisk()
  const chain = new SealedChain({
    config,
    blocks: await BlockStore.open(store),
    signed: await SignedHeaders.open(signed, config),
    signer,
  })
  const { lineage, prices, timestamp } = config.genesis
  const nothing = new Uint8Array(0)
  const opening = {
    number: 1n,
    timestamp: timestamp + 250n,
    lineage,
    inboxFrom: 0n,
    items: 0,
    inboxHash: new Uint8Array(32),
    prices,
  }
  const sealed = {
    view: RunsView.read(nothing, nothing),
    runsRoot: named('runs'),
    shardRoots: Array.from({ length: 64 }, (_, i) => named(`shard ${i}`)),
    get runs(): never {
      throw new Error('runs were decoded')
    },
    get witness(): never {
      throw new Error('the witness was decoded')
    },
  } satisfies CommittedRuns & Record<'runs' | 'witness', never>
  await chain.commit(chain.follow(opening, [], sealed), opening, [], sealed)
  expect(chain.tip.header).toMatchObject({ number: 1n, runsRoot: named('runs') })
})
