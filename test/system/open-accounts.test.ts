import { inboxAbi } from '@parley/contracts'
import { openAccounts } from '@parley/infra'
import { mwei } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSenderMetrics, type TextStore } from '@parley/transactions'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployedL2, forever, log, startDeployedL2 } from './support/l2.ts'

let l2: DeployedL2
const store: TextStore = new MemoryLevel()
beforeAll(async () => {
  l2 = await startDeployedL2()
})
afterAll(() => l2?.stop())

const open = (owners: readonly Uint8Array[], shards: readonly number[], amount = 10n ** 9n) =>
  openAccounts(
    { clock: systemClock, log, metrics: createSenderMetrics(new Registry()), store },
    {
      url: l2.chain.url,
      deployment: l2.deployment,
      funder: l2.roles.funder.secret,
      owners,
      shards,
      amount: mwei(amount),
    },
    forever,
  )
const view = {
  get address() {
    return bytesToHex(l2.deployment.inbox)
  },
  abi: inboxAbi,
} as const
const shards = Array.from({ length: 64 }, (_, shard) => shard)

test('openAccounts › every owner gets an account in every shard, once', async () => {
  const owners = l2.roles.users.map(({ address }) => hexToBytes(address))
  const accounts = await open(owners, shards)
  expect(accounts).toHaveLength(owners.length * 64)
  for (const { owner, shard, account } of accounts) {
    const args = [shard, bytesToHex(owner)] as const
    expect(await l2.client.readContract({ ...view, functionName: 'accountOf', args })).toEqual([true, account])
  }
  const held = (shard: number) => l2.client.readContract({ ...view, functionName: 'heldIn', args: [shard] })
  expect(await Promise.all(shards.map(held))).toEqual(shards.map(() => BigInt(owners.length) * 10n ** 9n))
  expect(await open(owners, shards)).toEqual(accounts)
  expect(await held(shards[0]!)).toBe(BigInt(owners.length) * 10n ** 9n)
})

test('openAccounts › a deposit that the inbox refuses is told', async () => {
  const owner = new Uint8Array(20).fill(7)
  await expect(open([owner], [1], 1n)).rejects.toMatchObject({
    fault: { code: 'TRANSACTION_FAILED', reason: expect.stringContaining('Inbox_DepositTooSmall') },
  })
})

test('openAccounts › a shard that does not exist is refused', async () => {
  await expect(open([], [64])).rejects.toMatchObject({ fault: { code: 'OPTION_INVALID', field: 'shards' } })
})
