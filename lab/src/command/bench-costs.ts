import { benchKeys, printReport } from '../bench/print-report.ts'
import type { LabCommand } from './command.ts'

/** Flags of the prices at which costs are told. */
const l1Prices = ['bench.etherUsd', 'bench.l1GasGwei', 'bench.blobGasGwei'] as const
const celestiaPrices = ['bench.tiaUsd', 'bench.celestiaGasUtia'] as const

export const benchDaCommand: LabCommand = {
  name: 'bench da',
  about: 'Measure bytes per message on DA layers by column and rate, and what each layer carries at stated prices.',
  keys: [...benchKeys, ...l1Prices, 'bench.l2GasGwei', ...celestiaPrices],
  examples: ['parley bench da --quick --json'],
  async run(context) {
    const { benchDa } = await import('../bench/da/bench-da.ts')
    return printReport(context, await benchDa(context))
  },
}

export const benchSettlementCommand: LabCommand = {
  name: 'bench settlement',
  about: 'Measure L2 gas per message by batch size: real claims, with the pointers of each DA layer, made final.',
  keys: [...benchKeys, 'bench.etherUsd', 'bench.l2GasGwei'],
  examples: ['parley bench settlement --quick --json'],
  async run(context) {
    const { benchSettlement } = await import('../bench/settlement/bench-settlement.ts')
    return printReport(context, await benchSettlement(context))
  },
}

export const benchPeersCommand: LabCommand = {
  name: 'bench peers',
  about: 'Measure an EVM chain, the Solana VM and bare verification on the same messages, and Parley end to end.',
  keys: benchKeys,
  examples: ['parley bench peers --quick --json'],
  async run(context) {
    const { benchPeers } = await import('../bench/peers/bench-peers.ts')
    return printReport(context, await benchPeers(context))
  },
}
