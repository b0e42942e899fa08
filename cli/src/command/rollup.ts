import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.rollup', 'run.json']

export const rollupSilence: CommandDefinition = {
  name: 'rollup silence',
  about: 'Print whether a silence was declared, and who makes the claims.',
  keys: common,
  examples: ['parley rollup silence --dev DIR'],
  async run(context) {
    const { showSilence } = await import('../rollup/run-rollup.ts')
    return showSilence(context)
  },
}

export const rollupResume: CommandDefinition = {
  name: 'rollup resume',
  about: 'Let ordinary claims return after a rescue; PARLEY_L2_KEY is the operator’s or its agent’s.',
  keys: common,
  examples: ['parley rollup resume --dev DIR'],
  async run(context) {
    const { resume } = await import('../rollup/run-rollup.ts')
    return resume(context)
  },
}

export const rollupAnnounceKey: CommandDefinition = {
  name: 'rollup announce-key',
  about: 'Announce the key that signs headers from a block on; PARLEY_L2_KEY is the operator’s.',
  args: [
    { name: '<key>', about: 'Address of the new key.' },
    { name: '<bond-owner>', about: 'Owner of the bond that answers for it, as it said by `rollup answer-for`.' },
    { name: '[from]', about: 'First block it signs; after the last one claimed if omitted, which takes a silence.' },
  ],
  keys: common,
  examples: [
    'parley rollup announce-key 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --dev DIR',
  ],
  async run(context, args) {
    const { announceKey } = await import('../rollup/run-rollup.ts')
    return announceKey(context, args)
  },
}

export const rollupAnswerFor: CommandDefinition = {
  name: 'rollup answer-for',
  about: 'Say that the bond of PARLEY_L2_KEY answers for a key that signs headers.',
  args: [{ name: '<key>', about: 'Address of the key.' }],
  keys: common,
  examples: ['parley rollup answer-for 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { answer } = await import('../rollup/run-rollup.ts')
    return answer(context, args)
  },
}
