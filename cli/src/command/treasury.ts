import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.treasury', 'run.json']
const governing: readonly Key[] = ['l2.url', 'l2.governor', 'run.json']

const spending = [
  { name: '<recipient>', about: 'Who is to be paid.' },
  { name: '<amount>', about: 'Wei.' },
  { name: '<reason>', about: 'What for; the proposal’s description, too.' },
]
const proposal = { name: '<proposal>', about: 'Number of the proposal, as `treasury propose` prints it.' }

export const treasuryShow: CommandDefinition = {
  name: 'treasury show',
  about: 'Print the books of the treasury.',
  keys: common,
  examples: ['parley treasury show --dev DIR'],
  async run(context) {
    const { showTreasury } = await import('../treasury/run-treasury.ts')
    return showTreasury(context)
  },
}

export const treasuryRecord: CommandDefinition = {
  name: 'treasury record',
  about: 'Record what a part of a final claim cost; PARLEY_L2_KEY is the operator’s.',
  args: [
    { name: '<claim>', about: 'Number of the claim.' },
    { name: '<part>', about: 'core, witness or claim.' },
    { name: '<amount>', about: 'Wei.' },
    { name: '<evidence>', about: 'SHA-256 of the layer’s pointer, or hash of the transaction that paid.' },
  ],
  keys: [...common, 'treasury.layer'],
  examples: [
    'parley treasury record 12 core 4000000000 0x1111111111111111111111111111111111111111111111111111111111111111 --layer 1 --dev DIR',
  ],
  async run(context, args) {
    const { recordCost } = await import('../treasury/run-treasury.ts')
    return recordCost(context, args)
  },
}

export const treasuryReimburse: CommandDefinition = {
  name: 'treasury reimburse',
  about: 'Pay an operator what is due to it, within the bounds.',
  args: [{ name: '<operator>', about: 'Who recorded costs.' }],
  keys: common,
  examples: ['parley treasury reimburse 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { reimburseOperator } = await import('../treasury/run-treasury.ts')
    return reimburseOperator(context, args)
  },
}

export const treasuryRollup: CommandDefinition = {
  name: 'treasury rollup',
  about: 'Name the rollup whose claims costs are recorded for; the treasury’s deployer may, the first time.',
  args: [{ name: '<rollup>', about: 'Address of a Rollup that pays this treasury.' }],
  keys: common,
  examples: ['parley treasury rollup 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { nameRollupOf } = await import('../treasury/run-treasury.ts')
    return nameRollupOf(context, args)
  },
}

export const treasuryPropose: CommandDefinition = {
  name: 'treasury propose',
  about: 'Propose to spend from the treasury.',
  args: spending,
  keys: [...common, 'l2.governor'],
  examples: ['parley treasury propose 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC 1000000000 "audit" --dev DIR'],
  async run(context, args) {
    const { voteOnSpending } = await import('../treasury/run-treasury.ts')
    return voteOnSpending(context, 'propose', args)
  },
}

export const treasuryQueue: CommandDefinition = {
  name: 'treasury queue',
  about: 'Put a proposal that was won into the timelock.',
  args: spending,
  keys: [...common, 'l2.governor', 'treasury.proposer'],
  examples: ['parley treasury queue 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC 1000000000 "audit" --dev DIR'],
  async run(context, args) {
    const { voteOnSpending } = await import('../treasury/run-treasury.ts')
    return voteOnSpending(context, 'queue', args)
  },
}

export const treasuryExecute: CommandDefinition = {
  name: 'treasury execute',
  about: 'Have what was voted done, once the timelock’s delay is over.',
  args: spending,
  keys: [...common, 'l2.governor', 'treasury.proposer'],
  examples: ['parley treasury execute 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC 1000000000 "audit" --dev DIR'],
  async run(context, args) {
    const { voteOnSpending } = await import('../treasury/run-treasury.ts')
    return voteOnSpending(context, 'execute', args)
  },
}

export const treasuryVote: CommandDefinition = {
  name: 'treasury vote',
  about: 'Vote with the votes of PARLEY_L2_KEY.',
  args: [proposal, { name: '<support>', about: 'for, against or abstain.' }],
  keys: governing,
  examples: ['parley treasury vote 12345 for --dev DIR'],
  async run(context, args) {
    const { castVote } = await import('../treasury/run-treasury.ts')
    return castVote(context, args)
  },
}

export const treasuryProposal: CommandDefinition = {
  name: 'treasury proposal',
  about: 'Print how a proposal stands.',
  args: [proposal],
  keys: governing,
  examples: ['parley treasury proposal 12345 --dev DIR'],
  async run(context, args) {
    const { showProposal } = await import('../treasury/run-treasury.ts')
    return showProposal(context, args)
  },
}

export const treasuryDelegate: CommandDefinition = {
  name: 'treasury delegate',
  about: 'Let somebody, or oneself, vote with the tokens of PARLEY_L2_KEY.',
  args: [{ name: '<delegate>', about: 'Who votes.' }],
  keys: ['l2.url', 'l2.votes', 'run.json'],
  examples: ['parley treasury delegate 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { delegate } = await import('../treasury/run-treasury.ts')
    return delegate(context, args)
  },
}
