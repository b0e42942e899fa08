import { operationDigests, type SignedOperation } from '@parley/protocol'
import { expect, test } from 'vitest'
import { deployment, ReferenceChain } from './support/chain.ts'
import { digestOf, members, owners, signer } from './support/identities.ts'
import { startLanes, submit } from './support/lanes.ts'

test('execution › a deposit and a creation give the reference root', async () => {
  const lanes = await startLanes({ lanes: 2 })
  const chain = new ReferenceChain()
  const owner = owners[0]!
  const create = {
    selector: 0 as const,
    value: {
      shard: 3,
      account: 0,
      nonce: 0n,
      salt: digestOf('s'),
      members: [0, 1, 2].map((i) => ({
        key: members[i]!.key,
        role: 2 - (i & 1),
        allowance: 10_000n,
        priceLimit: 5000n,
      })),
    },
  }
  const digests = operationDigests(create, deployment)
  const signed: SignedOperation = {
    operation: create,
    signatures: [owner.secret, ...[0, 1, 2].map((i) => members[i]!.secret)].map((s, i) => signer.sign(s, digests[i]!)),
  }
  const offer = { kind: 'operation' as const, ...signed, nonce: 0n }
  const built = chain.build(
    [{ selector: 0, value: { shard: 3, account: 0, owner: owner.address, amount: 1_000_000n } }],
    [offer],
    500n,
  )
  lanes.execution.open({
    number: 1n,
    timestamp: built.block.header.timestamp,
    prices: built.block.header.prices,
    items: built.items,
  })
  submit(lanes.execution, offer, 7)
  const sealed = await lanes.execution.seal()
  expect(lanes.outcomes.get('7/0')).toEqual({ accepted: true, block: 1n, position: 0n })
  expect(sealed.runs).toEqual(built.block.runs)
  expect(sealed.shardRoots).toEqual(chain.shardRoots())
  expect(sealed.runsRoot).toEqual(built.block.header.runsRoot)
  expect(sealed.witness).toEqual(built.witness)
  await lanes.execution.close()
})
