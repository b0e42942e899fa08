import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.rollup', 'sequencer.url', 'run.json']
const shard = { name: '<shard>', about: 'Shard from 0 to 63: an account pays for conversations of its own shard.' }
const place = { name: '<account>', about: 'Shard and index, such as 7/0, as `account open` printed them.' }
const amount = { name: '<mwei>', about: 'Amount in mwei, 10^6 wei each.' }

export const accountOpen: CommandDefinition = {
  name: 'account open',
  about: 'Pay into an account of PARLEY_L2_KEY and wait until the sequencer knows it.',
  args: [shard, amount],
  keys: common,
  examples: ['parley account open 7 100000000000 --dev DIR'],
  async run(context, args) {
    const { openAccount } = await import('../account/run-account.ts')
    return openAccount(context, args)
  },
}

export const accountDeposit: CommandDefinition = {
  name: 'account deposit',
  about: 'Pay into an account, one’s own or somebody else’s; PARLEY_L2_KEY pays.',
  args: [shard, amount, { name: '[owner]', about: 'Address that owns the account; that of PARLEY_L2_KEY if omitted.' }],
  keys: common,
  examples: ['parley account deposit 7 100000000000 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { depositInto } = await import('../account/run-account.ts')
    return depositInto(context, args)
  },
}

export const accountShow: CommandDefinition = {
  name: 'account show',
  about: 'Print an account as the sequencer has it now, and as a node shows it with its proof.',
  args: [place],
  keys: [...common, 'node.url'],
  examples: ['parley account show ACCOUNT --dev DIR'],
  async run(context, args) {
    const { showAccount } = await import('../account/run-account.ts')
    return showAccount(context, args)
  },
}

export const accountWithdraw: CommandDefinition = {
  name: 'account withdraw',
  about: 'Take money out of an account of PARLEY_L2_KEY; `account collect` has it paid on the L2.',
  args: [place, amount],
  keys: [...common, 'node.url', 'member.force'],
  examples: [
    'parley account withdraw ACCOUNT 1000000 --dev DIR',
    'parley account withdraw ACCOUNT 1000000 --force --dev DIR',
  ],
  async run(context, args) {
    const { withdrawFrom } = await import('../account/withdraw.ts')
    return withdrawFrom(context, args)
  },
}

export const accountCollect: CommandDefinition = {
  name: 'account collect',
  about: 'Wait until what was withdrawn stands under a final root, and have it paid on the L2.',
  args: [
    place,
    { name: '[recipient]', about: 'Address that is paid; the owner if omitted. Only the owner may name one.' },
  ],
  keys: ['l2.url', 'l2.rollup', 'node.url', 'run.json', 'member.block'],
  examples: ['parley account collect ACCOUNT --block 12 --dev DIR', 'parley account collect ACCOUNT --dev DIR'],
  async run(context, args) {
    const { collectWithdrawn } = await import('../account/withdraw.ts')
    return collectWithdrawn(context, args)
  },
}
