import { productionPreset } from '@parley/infra'
import type { Attack, Behaviour, ContractParameters, SpamPreset } from './preset.ts'

const gwei = 10n ** 9n
const ether = 10n ** 18n
const day = 86_400

const behaviour: Behaviour = {
  lifeDays: 730,
  consumerInvitesPerWeek: 3,
  attestedPercent: 90,
  hiddenPercent: 10,
  honest: { senders: 1, invites: 12, everyDays: 2 },
  reportPercent: 30,
  readWithin: day / 2,
  reportsToList: 2,
  listEvery: day / 4,
  // A response of 30 dollars to every 3,000 invites, and a customer of 6 dollars in every 20, at 3,000 dollars an ether.
  spamResponses: { perMillion: 333, worth: ether / 100n },
  honestResponses: { perMillion: 50_000, worth: ether / 500n },
  capitalPercent: 5,
}

const attack: Attack = { volume: 96, days: 6, flood: { invites: 160, periods: 30, sampleEvery: 5 } }

const { contacts, invites, reputation } = productionPreset

/** As Parley is deployed; docs/spam.md says how the figures were found. */
const economics: Omit<ContractParameters, 'curve' | 'flatFee'> = {
  protocolShare: invites.protocolShare,
  registrationFee: contacts.registrationFee,
  bulk: reputation.bulk,
  reputation: reputation.parameters,
  unbondingDelay: reputation.unbondingDelay,
}

const scale = { realInboxes: 430_000, factor: 1_000, consumersPercent: 90, sendingConsumers: 16 } as const

/**
 * The proposal's own fee model: a message transaction of 142 bytes is 2,272 gas of data, here at 0.1 gwei; every inbox has
 * epochs of 5 seconds with a target of 80 and at most 160 messages; the update fraction of 3,725,354 gas is 1,640 messages.
 */
const proposal: SpamPreset = {
  name: 'proposal',
  about:
    'The proposal’s fee model: 142 bytes per message, epochs of 5 s, target 80 and at most 160 messages per epoch.',
  scale,
  contracts: {
    ...economics,
    curve: { minFee: (2_272n * gwei) / 10n, maxFee: ether / 1_000n, target: 80, period: 5, fraction: 1_640 },
    flatFee: (2_272n * gwei) / 10n,
  },
  behaviour,
  attack,
  gasPrice: gwei / 100n,
}

/** Inboxes as they are deployed. */
const parley: SpamPreset = {
  name: 'parley',
  about: 'Parley as it is deployed.',
  scale,
  contracts: {
    ...economics,
    curve: invites.curve,
    flatFee: invites.curve.minFee,
  },
  behaviour,
  attack: { ...attack, flood: { invites: 40, periods: 12, sampleEvery: 2 } },
  gasPrice: gwei / 100n,
}

export const presets = { proposal, parley } as const

/** The same world, less of it: good for looking, not for citing. What people do stays, for it decides who pays more than whom. */
export function quick(preset: SpamPreset): SpamPreset {
  const { attack, scale } = preset
  return {
    ...preset,
    scale: { ...scale, factor: 10_000, sendingConsumers: 8 },
    attack: { ...attack, volume: 24, days: 2, flood: { ...attack.flood, periods: 6, sampleEvery: 2 } },
  }
}
