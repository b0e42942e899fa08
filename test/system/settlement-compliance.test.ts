import { inboxAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import { deploy, devPreset } from '@parley/infra'
import { ownerAddress } from '@parley/protocol'
import { complianceSequencer, type SettlementHarness, settlementCompliance } from '@parley/protocol/compliance'
import { systemClock } from '@parley/runtime'
import { type ClaimerSettlement, createSettlementMetrics, openSettlement, settlementDefaults } from '@parley/settlement'
import type { TextStore } from '@parley/transactions'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes, parseEther } from 'viem'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type DeployedL2, forever, log, startDeployedL2, walletOf } from './support/l2.ts'

let l2: DeployedL2
beforeAll(async () => {
  l2 = await startDeployedL2()
})
afterAll(() => l2?.stop())

async function lease(): Promise<SettlementHarness> {
  const { roles, chain, client, control } = l2
  const deployment = await deploy(
    { log },
    {
      url: chain.url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      sequencer: ownerAddress(complianceSequencer),
      bondOwner: hexToBytes(roles.bondOwner.address),
      fillBond: true,
      governance: hexToBytes(roles.deployer.address),
      operator: hexToBytes(roles.deployer.address),
      treasury: hexToBytes(roles.deployer.address),
      claimer: hexToBytes(roles.batcher.address),
      genesisTimestamp: BigInt(systemClock.now() - 3_600_000),
      withinMs: 10_000,
    },
  )
  const store: TextStore = new MemoryLevel()
  const opened: ClaimerSettlement[] = []
  const open = async (): Promise<ClaimerSettlement> => {
    const transport = rpcTransport(chain.url, { timeoutMs: 5000 })
    const metrics = createSettlementMetrics(new Registry())
    const sending = { ...settlementDefaults.sending, pollMs: 10, rebroadcastAfterMs: 50 }
    const settlement = await openSettlement(
      { transport, secret: roles.batcher.secret, store, trail: store, clock: systemClock, log, metrics },
      { ...settlementDefaults, rollup: deployment.rollup, pollMs: 10, sending },
      forever,
    )
    opened.push(settlement)
    return settlement
  }
  const closeAll = async (): Promise<void> => {
    await Promise.all(opened.splice(0).map((each) => each.close()))
  }
  const settlement = await open()
  await settlement.ensureBond(forever)
  return {
    settlement,
    async restart() {
      await closeAll()
      return open()
    },
    async queue(shard) {
      const hash = await walletOf(l2, roles.funder).writeContract({
        address: bytesToHex(deployment.inbox),
        abi: inboxAbi,
        functionName: 'deposit',
        args: [shard, roles.funder.address],
        value: parseEther('1'),
        chain: null,
      })
      await client.waitForTransactionReceipt({ hash, pollingInterval: 10 })
    },
    advance: (blocks) => control.mine({ blocks }),
    async reorganise(depth) {
      await client.request({ method: 'anvil_reorg' as never, params: [depth, []] as never })
    },
    async parentOf({ blockHash }) {
      return hexToBytes((await client.getBlock({ blockHash: bytesToHex(blockHash) })).parentHash)
    },
    async passWindows() {
      await control.increaseTime({ seconds: devPreset.windows.challenge + 1 })
      await control.mine({ blocks: 1 })
    },
    dispose: closeAll,
  }
}

describe('settlement', () => {
  for (const { name, run } of settlementCompliance(lease)) test(name, run)
})
