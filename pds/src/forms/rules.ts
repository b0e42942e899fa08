import { ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { type Bytes20, Bytes20Type, sameBytes, Uint8Type } from '@parley/protocol/light'
import { pdsLimits } from '../limits.ts'
import { Uint256Type } from './types.ts'

/**
 * What a rule looks at. The first rule that applies decides: `allow` shows, all others hide.
 * `muted` and `price` need nothing but the L2; the others need the sender.
 */
export const ruleKinds = {
  /** Shows what comes from one of the addresses. */
  allow: 1,
  /** Hides what comes from one of the addresses. */
  deny: 2,
  /** Hides what a sender sent whom the head of the invite does not show, or whose device the directory does not have. */
  unknown: 3,
  /** Hides what the public inbox marks as muted. */
  muted: 4,
  /** Hides what cost less than so many wei. */
  price: 5,
  /** Hides what comes from whom a list names that the network follows. */
  listed: 6,
  /** Hides what comes from whose invites cost more than so many hundredths of a percent of the unit. */
  surcharge: 7,
  /** Hides what comes from who has less stake than so many wei. */
  stake: 8,
} as const

export type RuleKind = keyof typeof ruleKinds

/** Kinds that a service can judge by without knowing the sender. */
const blindKinds: ReadonlySet<RuleKind> = new Set(['muted', 'price'])

export interface Rule {
  readonly kind: RuleKind
  /** Of `price`, `surcharge` and `stake`; 0 of others. */
  readonly amount: bigint
  /** Of `allow` and `deny`; none of others. */
  readonly addresses: readonly Bytes20[]
}

export const RuleType = new ContainerType(
  { kind: Uint8Type, amount: Uint256Type, addresses: new ListCompositeType(Bytes20Type, pdsLimits.addresses) },
  { typeName: 'Rule' },
)

/** What is known of one invite when it is judged. */
export interface Facts {
  /** Undefined when the head was not opened, or its device is not the sender's in the directory. */
  readonly sender: Bytes20 | undefined
  readonly muted: boolean
  /** Wei that it cost. */
  readonly fee: bigint
  /** How the sender stood on the L2; undefined when there is no sender, or the service does not look. */
  readonly repute: { readonly listed: boolean; readonly surcharge: number; readonly stake: bigint } | undefined
}

export const needsSender = (kind: RuleKind): boolean => !blindKinds.has(kind)

/** Whether a rule is judged by how the sender stands on the L2. */
export const needsRepute = (kind: RuleKind): boolean => kind === 'listed' || kind === 'surcharge' || kind === 'stake'

/**
 * The rule that hides an invite, counted from 0; undefined when it is to be shown. Nothing but rules and facts decides, so
 * everybody who has both comes to the same.
 */
export function judge(rules: readonly Rule[], facts: Facts): number | undefined {
  const place = rules.findIndex((rule) => applies(rule, facts))
  return place === -1 || rules[place]?.kind === 'allow' ? undefined : place
}

/** Whether a rule applies. What a rule needs and is not known, it does not apply to. */
export function applies({ kind, amount, addresses }: Rule, { sender, muted, fee, repute }: Facts): boolean {
  switch (kind) {
    case 'allow':
    case 'deny':
      return sender !== undefined && addresses.some((each) => sameBytes(each, sender))
    case 'unknown':
      return sender === undefined
    case 'muted':
      return muted
    case 'price':
      return fee < amount
    case 'listed':
      return repute?.listed === true
    case 'surcharge':
      return repute !== undefined && BigInt(repute.surcharge) > amount
    case 'stake':
      return repute !== undefined && repute.stake < amount
  }
}

export function ruleOf({
  kind,
  amount,
  addresses,
}: {
  kind: number
  amount: bigint
  addresses: Bytes20[]
}): Rule | undefined {
  const name = (Object.keys(ruleKinds) as RuleKind[]).find((each) => ruleKinds[each] === kind)
  if (name === undefined) return undefined
  const takesAddresses = name === 'allow' || name === 'deny'
  const takesAmount = name === 'price' || name === 'surcharge' || name === 'stake'
  if (addresses.length > 0 !== takesAddresses || (amount !== 0n && !takesAmount)) return undefined
  return { kind: name, amount, addresses }
}
