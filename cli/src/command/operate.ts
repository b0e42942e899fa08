import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.rollup', 'run.json']
const somebody = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

export const rollupShow: CommandDefinition = {
  name: 'rollup show',
  about: 'Print who operates a rollup, whose keys sign its headers, and its claims.',
  keys: common,
  examples: ['parley rollup show --dev DIR'],
  async run(context) {
    const { showRollup } = await import('../rollup/operate.ts')
    return showRollup(context)
  },
}

const named = [{ name: '<account>', about: 'Address of the claimer.' }]

export const claimerAdd: CommandDefinition = {
  name: 'rollup claimer add',
  about: 'Let an account claim; PARLEY_L2_KEY is the operator’s.',
  args: named,
  keys: common,
  examples: [`parley rollup claimer add ${somebody} --dev DIR`],
  async run(context, args) {
    const { allowClaimer } = await import('../rollup/operate.ts')
    return allowClaimer(context, args, true)
  },
}

export const claimerRemove: CommandDefinition = {
  name: 'rollup claimer remove',
  about: 'Let an account claim no longer; PARLEY_L2_KEY is the operator’s or its agent’s.',
  args: named,
  keys: common,
  examples: [`parley rollup claimer remove ${somebody} --dev DIR`],
  async run(context, args) {
    const { allowClaimer } = await import('../rollup/operate.ts')
    return allowClaimer(context, args, false)
  },
}

export const bondShow: CommandDefinition = {
  name: 'rollup bond show',
  about: 'Print what an account has at stake, and what for.',
  args: [{ name: '[account]', about: 'Address of the account; that of PARLEY_L2_KEY when left out.' }],
  keys: common,
  examples: [`parley rollup bond show ${somebody} --dev DIR`],
  async run(context, args) {
    const { showBond } = await import('../rollup/operate.ts')
    return showBond(context, args)
  },
}

export const bondDeposit: CommandDefinition = {
  name: 'rollup bond deposit',
  about: 'Pay into the bond of an account, from PARLEY_L2_KEY; it belongs to that account from then on.',
  args: [
    { name: '<account>', about: 'Address of the bond’s owner.' },
    { name: '<amount>', about: 'Wei.' },
  ],
  keys: common,
  examples: [`parley rollup bond deposit ${somebody} 1000000000 --dev DIR`],
  async run(context, args) {
    const { payBond } = await import('../rollup/operate.ts')
    return payBond(context, args)
  },
}

export const bondExit: CommandDefinition = {
  name: 'rollup bond exit',
  about: 'Begin to leave the bond of PARLEY_L2_KEY; prints from when it may be withdrawn.',
  keys: common,
  examples: ['parley rollup bond exit --dev DIR'],
  async run(context) {
    const { leaveBond } = await import('../rollup/operate.ts')
    return leaveBond(context)
  },
}

export const bondWithdraw: CommandDefinition = {
  name: 'rollup bond withdraw',
  about: 'Withdraw the bond of PARLEY_L2_KEY after its exit.',
  args: [{ name: '<recipient>', about: 'Address that is paid.' }],
  keys: common,
  examples: [`parley rollup bond withdraw ${somebody} --dev DIR`],
  async run(context, args) {
    const { takeBond } = await import('../rollup/operate.ts')
    return takeBond(context, args)
  },
}

export const rollupFinalize: CommandDefinition = {
  name: 'rollup finalize',
  about: 'Make claims final whose windows have passed; anybody may, PARLEY_L2_KEY pays.',
  args: [{ name: '<claim>', about: 'Number of the claim that is to be final, with those before it.' }],
  keys: common,
  examples: ['parley rollup finalize 12 --dev DIR'],
  async run(context, args) {
    const { finalizeTo } = await import('../rollup/operate.ts')
    return finalizeTo(context, args)
  },
}

export const rollupQuote: CommandDefinition = {
  name: 'rollup quote',
  about:
    'Quote the prices of data where the deployment has them quoted; PARLEY_L2_KEY is the operator’s or its agent’s.',
  args: [
    { name: '<core-byte>', about: 'Mwei per byte of the core.' },
    { name: '<witness-byte>', about: 'Mwei per byte of the witness.' },
  ],
  keys: common,
  examples: ['parley rollup quote 12 4 --dev DIR'],
  async run(context, args) {
    const { quoteData } = await import('../rollup/operate.ts')
    return quoteData(context, args)
  },
}
