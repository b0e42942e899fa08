import type { Key } from '../config/config.ts'
import type { CommandDefinition } from './command.ts'

const common: readonly Key[] = ['l2.url', 'l2.committee', 'l2.rollup', 'run.json']
const member = { name: '<member>', about: 'Address of the key that signs.' }
const recipient = { name: '<recipient>', about: 'Who is paid.' }
const asked = [
  { name: '<pointer>', about: 'Of the part, as its claim carries it; `inspect claim` prints it.' },
  { name: '<chunk>', about: 'Which chunk of 1,024 bytes, from 0.' },
]

export const committeeStatus: CommandDefinition = {
  name: 'committee status',
  about: 'Print the rules of the data committee, its epochs and how their members stand.',
  keys: common,
  examples: ['parley committee status --dev DIR'],
  async run(context) {
    const { showCommittee } = await import('../committee/run-committee.ts')
    return showCommittee(context)
  },
}

export const committeeRegister: CommandDefinition = {
  name: 'committee register',
  about: 'Make PARLEY_L2_KEY the key of a committee member, or say that it serves elsewhere.',
  args: [
    { name: '<owner>', about: 'Owner of the stake, for ever.' },
    { name: '<url>', about: 'Where its DA node serves.' },
  ],
  keys: common,
  examples: [
    'parley committee register 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 https://da.example --committee 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --l2 https://YOUR-L2-RPC',
  ],
  async run(context, args) {
    const { register } = await import('../committee/run-committee.ts')
    return register(context, args)
  },
}

export const committeeDeposit: CommandDefinition = {
  name: 'committee deposit',
  about: 'Add to the stake of a committee member; PARLEY_L2_KEY pays.',
  args: [member, { name: '<amount>', about: 'Wei.' }],
  keys: common,
  examples: ['parley committee deposit 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 1000000000000000000 --dev DIR'],
  async run(context, args) {
    const { deposit } = await import('../committee/run-committee.ts')
    return deposit(context, args)
  },
}

export const committeeExit: CommandDefinition = {
  name: 'committee exit',
  about: 'Pay out the stake of a member who left, once nothing it signed counts; PARLEY_L2_KEY is its owner’s.',
  args: [member, recipient],
  keys: common,
  examples: [
    'parley committee exit 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --dev DIR',
  ],
  async run(context, args) {
    const { exit } = await import('../committee/run-committee.ts')
    return exit(context, args)
  },
}

export const committeeRotate: CommandDefinition = {
  name: 'committee rotate',
  about: 'Announce the next epoch; PARLEY_L2_KEY is the governance’s or, for the first, the deployer’s.',
  args: [
    { name: '<k>', about: 'Signatures that a certificate needs: more than half of the members.' },
    { name: '<member...>', about: 'Addresses of 1 to 16 members, registered and with their stake.' },
  ],
  keys: [...common, 'committee.callOnly'],
  examples: [
    'parley committee rotate 2 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC --dev DIR',
  ],
  async run(context, args) {
    const { rotate } = await import('../committee/run-committee.ts')
    return rotate(context, args)
  },
}

export const committeeChallenge: CommandDefinition = {
  name: 'committee challenge',
  about: 'Ask the signers of a certificate for a chunk on the L2; PARLEY_L2_KEY pays the deposit.',
  args: asked,
  keys: common,
  examples: ['parley committee challenge 0x0101… 0 --dev DIR'],
  async run(context, args) {
    const { challenge } = await import('../committee/run-committee.ts')
    return challenge(context, args)
  },
}

export const committeeSlash: CommandDefinition = {
  name: 'committee slash',
  about: 'Take the fault from the signers of a chunk that was not shown in time; anyone may.',
  args: asked,
  keys: common,
  examples: ['parley committee slash 0x0101… 0 --dev DIR'],
  async run(context, args) {
    const { slash } = await import('../committee/run-committee.ts')
    return slash(context, args)
  },
}

export const committeeCredit: CommandDefinition = {
  name: 'committee credit',
  about: 'Pay out what the committee’s contract owes PARLEY_L2_KEY: deposits, answers and rewards.',
  args: [recipient],
  keys: common,
  examples: ['parley committee credit 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dev DIR'],
  async run(context, args) {
    const { withdrawCredit } = await import('../committee/run-committee.ts')
    return withdrawCredit(context, args)
  },
}
