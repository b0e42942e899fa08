import type { BulkParameters } from '../model/bulk-pricing.ts'
import type { Persona } from './books.ts'
import type { Regime } from './market.ts'
import type { ContractParameters } from './preset.ts'

/** How a spammer goes about a campaign. */
export interface Strategy {
  readonly name: string
  readonly persona: Extract<Persona, 'low-reputation spammer' | 'sybil spammer'>
  /** Addresses; as many as the volume takes when left out. */
  readonly addresses?: 1
  readonly registered: boolean
  /** Seconds that registered addresses lie before they send. */
  readonly age: number
  /** Wei that each address stakes. */
  readonly stake: bigint
  /** Inboxes that each address reaches an epoch under its own name, and hidden behind fresh keys. */
  readonly perEpoch: { readonly open: number; readonly hidden: number }
  /** Epochs that an address sends in at most; it ends when it is listed, unless it is the only one. */
  readonly epochs: number
  /** Whether it goes on whatever the volume. */
  readonly untilListed: boolean
  /** Whether it begins right before an epoch's end, so that the next follows before anybody has read anything. */
  readonly straddles: boolean
}

const plain = {
  registered: false,
  age: 0,
  stake: 0n,
  perEpoch: { open: 1, hidden: 0 },
  epochs: 1,
  untilListed: false,
  straddles: false,
} as const

/** Epochs in which everybody who goes on is listed. */
const long = 60

/** Strategies that each spammer may choose from. The first two of each need nothing that only bulk pricing has. */
export function strategiesOf(regime: Regime, parameters: ContractParameters, volume: number): readonly Strategy[] {
  const simple: readonly Strategy[] = [
    {
      ...plain,
      name: 'one new address, all at once',
      persona: 'low-reputation spammer',
      addresses: 1,
      perEpoch: { open: volume, hidden: 0 },
    },
    { ...plain, name: 'a new address for each invite', persona: 'sybil spammer' },
  ]
  if (regime !== 'bulk pricing') return simple
  return [...simple, ...lowReputation(parameters.bulk, volume), ...sybil(parameters), ...staked(parameters, volume)]
}

function lowReputation({ invites }: BulkParameters, volume: number): readonly Strategy[] {
  const base = { ...plain, persona: 'low-reputation spammer', addresses: 1 } as const
  return [
    { ...base, name: 'one registered address, all at once', registered: true, perEpoch: { open: volume, hidden: 0 } },
    {
      ...base,
      name: 'one new address, within the allowance',
      perEpoch: { open: invites, hidden: 0 },
      epochs: Math.ceil(volume / invites),
    },
    {
      ...base,
      name: 'one registered address, within the allowance',
      registered: true,
      perEpoch: { open: invites, hidden: 0 },
      epochs: Math.ceil(volume / invites),
    },
    {
      ...base,
      name: 'one new payer of fresh keys, within the allowance',
      perEpoch: { open: 0, hidden: invites },
      epochs: Math.ceil(volume / invites),
    },
  ]
}

function sybil({ bulk, reputation }: ContractParameters): readonly Strategy[] {
  const { invites, senders } = bulk
  const base = { ...plain, persona: 'sybil spammer', registered: true } as const
  const aged = { ...base, age: reputation.maturity } as const
  const both = { open: invites, hidden: senders }
  return [
    {
      ...base,
      name: 'registered addresses, both allowances, two epochs at once',
      perEpoch: both,
      epochs: 2,
      straddles: true,
    },
    {
      ...base,
      name: 'half-aged addresses, both allowances, two epochs at once',
      age: Math.floor(reputation.maturity / 2),
      perEpoch: both,
      epochs: 2,
      straddles: true,
    },
    { ...aged, name: 'aged addresses, one invite each' },
    {
      ...aged,
      name: 'aged addresses, own allowance, two epochs at once',
      perEpoch: { open: invites, hidden: 0 },
      epochs: 2,
      straddles: true,
    },
    {
      ...aged,
      name: 'aged addresses, both allowances, two epochs at once',
      perEpoch: both,
      epochs: 2,
      straddles: true,
    },
    {
      ...aged,
      name: 'aged addresses, beyond both allowances, two epochs at once',
      perEpoch: { open: invites + 1, hidden: senders + 1 },
      epochs: 2,
      straddles: true,
    },
    {
      ...aged,
      name: 'aged addresses, twice both allowances, two epochs at once',
      perEpoch: { open: 2 * invites, hidden: 2 * senders },
      epochs: 2,
      straddles: true,
    },
    { ...aged, name: 'aged addresses, an invite an epoch until listed', epochs: long, untilListed: true },
    {
      ...aged,
      name: 'aged addresses, both allowances every epoch until listed',
      perEpoch: both,
      epochs: long,
      untilListed: true,
      straddles: true,
    },
  ]
}

/** Stake counts for both allowances at once, and is bound only from right before to the unbonding delay after. */
function staked({ bulk, reputation }: ContractParameters, volume: number): readonly Strategy[] {
  const step = bulk.stakePerInvite > bulk.stakePerSender ? bulk.stakePerInvite : bulk.stakePerSender
  const raisedBy = (steps: number) => ({
    persona: 'sybil spammer' as const,
    registered: true,
    stake: BigInt(steps) * step,
    perEpoch: { open: bulk.invites + steps, hidden: bulk.senders + steps },
    epochs: 2,
    untilListed: false,
    straddles: true,
  })
  const toVolume = Math.max(0, Math.ceil((volume / 2 - bulk.invites - bulk.senders) / 2))
  const aged = { age: reputation.maturity }
  return [
    {
      ...raisedBy(Number(reputation.matureStake / step)),
      age: 0,
      name: 'addresses mature by stake, both allowances, two epochs at once',
    },
    { ...raisedBy(10), ...aged, name: 'aged addresses, both allowances ten higher by stake, two epochs at once' },
    { ...raisedBy(toVolume), ...aged, name: 'one aged address, staked for the whole volume, two epochs at once' },
  ]
}

/** Of the volume that one address stands for there: many addresses, for when each is listed is left to chance. */
const eachOfMany = 4

/** Addresses that a campaign takes. */
export function addressesFor({ addresses, perEpoch, epochs, untilListed }: Strategy, volume: number): number {
  if (addresses !== undefined) return addresses
  return Math.ceil(volume / (untilListed ? eachOfMany : (perEpoch.open + perEpoch.hidden) * epochs))
}
