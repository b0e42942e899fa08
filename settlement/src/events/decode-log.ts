import { inboxAbi, rollupAbi } from '@parley/contracts'
import { invalidEvent, isCanonical, type RawLog } from '@parley/l2'
import {
  type BatchClaim,
  type Bytes20,
  type Bytes32,
  type DataPlace,
  type RescuedRun,
  type RulesVersion,
  type SequencerKey,
  sameBytes,
} from '@parley/protocol'
import { type Address, BaseError, decodeEventLog, type Hex, hexToBytes, isAddressEqual } from 'viem'
import { claimFromAbi, claimHash } from '../claims/convert.ts'
import { placeFromAbi, runsFromAbi } from '../contest/convert.ts'
import { keyFromAbi, versionFromAbi } from '../schedule.ts'
import { itemOfEvent, type ToldItem } from './decode-item.ts'

/** What a log of the contracts says; `other` are events that nobody derives anything from. */
export type Told =
  | { readonly kind: 'item'; readonly told: ToldItem }
  | { readonly kind: 'claim'; readonly hash: Bytes32; readonly claim: BatchClaim }
  | { readonly kind: 'seal'; readonly root: Bytes32; readonly signature: Uint8Array }
  | { readonly kind: 'final'; readonly number: bigint; readonly hash: Bytes32 }
  /** `hash` is that of the claim left standing. */
  | { readonly kind: 'removal'; readonly standing: bigint; readonly hash: Bytes32; readonly lineage: Bytes32 }
  | { readonly kind: 'key'; readonly key: SequencerKey }
  | { readonly kind: 'rules'; readonly version: RulesVersion }
  | { readonly kind: 'rules withdrawn'; readonly from: bigint }
  | {
      readonly kind: 'challenge'
      readonly hash: Bytes32
      readonly place: DataPlace
      readonly challenger: Bytes20
      readonly deadline: bigint
    }
  | { readonly kind: 'answer'; readonly hash: Bytes32; readonly place: DataPlace; readonly data: Uint8Array }
  | { readonly kind: 'rescue'; readonly number: bigint; readonly hash: Bytes32; readonly runs: readonly RescuedRun[] }
  | { readonly kind: 'other' }

export interface Addresses {
  readonly inbox: Address
  readonly rollup: Address
}

/** @throws {SettlementError} `EVENT_INVALID` when the log is none that the contracts emit. */
export function decodeLog(log: RawLog, addresses: Addresses): Told {
  try {
    if (isAddressEqual(log.address, addresses.inbox)) return decodeInboxLog(log)
    if (isAddressEqual(log.address, addresses.rollup)) return decodeRollupLog(log)
  } catch (error) {
    if (error instanceof BaseError) throw invalidEvent(error.shortMessage, error)
    throw error
  }
  throw invalidEvent(`log of ${log.address}, which is none of the contracts`)
}

const parts = (log: RawLog) => ({ data: log.data, topics: log.topics as [Hex, ...Hex[]], strict: true }) as const

function assertCanonical(canonical: boolean, eventName: string): void {
  if (!canonical) throw invalidEvent(`${eventName} is not encoded as its contract encodes it`)
}

function decodeInboxLog(log: RawLog): Told {
  const event = decodeEventLog({ abi: inboxAbi, ...parts(log) })
  assertCanonical(isCanonical(inboxAbi, event, log), event.eventName)
  const told = itemOfEvent(event)
  return told === undefined ? { kind: 'other' } : { kind: 'item', told }
}

function decodeRollupLog(log: RawLog): Told {
  const event = decodeEventLog({ abi: rollupAbi, ...parts(log) })
  assertCanonical(isCanonical(rollupAbi, event, log), event.eventName)
  switch (event.eventName) {
    case 'Claimed': {
      const claim = claimFromAbi(event.args.claim)
      const hash = hexToBytes(event.args.hash)
      if (claim.number !== event.args.number || !sameBytes(claimHash(claim), hash))
        throw invalidEvent(`claim ${event.args.number} does not have the hash it is told with`)
      return { kind: 'claim', hash, claim }
    }
    case 'Sealed':
      return { kind: 'seal', root: hexToBytes(event.args.root), signature: hexToBytes(event.args.signature) }
    case 'Finalized':
      return { kind: 'final', number: event.args.number, hash: hexToBytes(event.args.hash) }
    case 'Removed': {
      const { standing, hash, lineage } = event.args
      return { kind: 'removal', standing, hash: hexToBytes(hash), lineage: hexToBytes(lineage) }
    }
    case 'SequencerAnnounced':
      return { kind: 'key', key: keyFromAbi(event.args.entry) }
    case 'RulesAnnounced':
      return { kind: 'rules', version: versionFromAbi(event.args.version) }
    case 'RulesWithdrawn':
      return { kind: 'rules withdrawn', from: event.args.from }
    case 'DataChallenged': {
      const { hash, place, challenger, deadline } = event.args
      const asked = { hash: hexToBytes(hash), place: placeFromAbi(place), challenger: hexToBytes(challenger) }
      return { kind: 'challenge', ...asked, deadline }
    }
    case 'DataAnswered': {
      const { hash, place, data } = event.args
      return { kind: 'answer', hash: hexToBytes(hash), place: placeFromAbi(place), data: hexToBytes(data) }
    }
    case 'Rescued': {
      const { number, hash, runs } = event.args
      return { kind: 'rescue', number, hash: hexToBytes(hash), runs: runsFromAbi(runs) }
    }
    case 'Answering':
    case 'BondDeposited':
    case 'BondExitStarted':
    case 'BondWithdrawn':
    case 'ClaimerSet':
    case 'CreditWithdrawn':
    case 'Credited':
    case 'Equivocated':
    case 'ResumptionAnnounced':
    case 'SilenceDeclared':
    case 'Slashed':
      return { kind: 'other' }
  }
}
