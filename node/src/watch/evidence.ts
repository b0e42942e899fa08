import {
  BlockHeaderType,
  type Bytes32,
  type ChainConfig,
  domainSeparator,
  headerDigest,
  recoverableSignature,
  type SequencerKey,
  type SignedHeader,
  sameBytes,
  sequencerAt,
} from '@parley/protocol'
import { openHeader } from '@parley/protocol/fraud'
import type { ClaimRecord } from '../l2/l2-records.ts'
import type { Binding } from './binding.ts'
import type { FinalHeaders } from './final-headers.ts'
import type { HeaderStore, KeptHeader, Place } from './header-store.ts'

/** What shows on the L2 that a key signed two headers for one place: the arguments of the contract's functions. */
export type Evidence =
  | { readonly kind: 'equivocation'; readonly a: SignedHeader; readonly b: SignedHeader }
  | {
      readonly kind: 'contradiction'
      readonly signed: SignedHeader
      readonly claim: ClaimRecord
      readonly opening: Uint8Array
    }

export interface EvidenceDeps {
  readonly headers: Pick<HeaderStore, 'at'>
  readonly finals: FinalHeaders
  /** Whether a rescue made the claim with this hash. */
  readonly isRescue: (hash: Bytes32) => Promise<boolean>
  readonly binds: Binding
  readonly config: ChainConfig
}

/**
 * A header with the signature as the contract takes it, if the key of its number signed it. Whoever signs may show any v, which
 * nobody but the contract looks at: what is shown with a wrong one must count all the same.
 */
export function sealOf(
  { config }: Pick<EvidenceDeps, 'config'>,
  keys: readonly SequencerKey[],
  { header, signature }: SignedHeader,
): SignedHeader | undefined {
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), header)
  const whole = recoverableSignature(sequencerAt(keys, header.number).key, digest, signature.subarray(0, 64))
  return whole && { header, signature: whole }
}

/**
 * What the headers kept of a place show now, on the L2 as it is. Claims made by rescues are no evidence: nobody signed them.
 * @param keys - The schedule as it is announced now.
 */
export async function evidenceAt(
  deps: EvidenceDeps,
  keys: readonly SequencerKey[],
  place: Place,
): Promise<Evidence | undefined> {
  const binding: KeptHeader[] = []
  for (const { root, signed } of await deps.headers.at(place)) {
    const sealed = (await deps.binds(signed.header)) ? sealOf(deps, keys, signed) : undefined
    if (sealed !== undefined) binding.push({ root, signed: sealed })
  }
  const [first, second] = binding
  if (first === undefined) return undefined
  if (second !== undefined) return { kind: 'equivocation', a: first.signed, b: second.signed }
  const claim = await contradicting(deps, place, first.root)
  if (claim === undefined) return undefined
  const opening = await openingOf(deps.finals, claim, place.number)
  return opening === undefined
    ? undefined
    : { kind: 'contradiction', signed: first.signed, claim: claim.record, opening }
}

/** The final claim of the place's lineage that has another header there than the one with `root`. */
async function contradicting(deps: EvidenceDeps, place: Place, root: Bytes32) {
  const claim = await finalClaimOf(deps, place)
  const header = claim && (await deps.finals.header(place.number))
  return header !== undefined && !sameBytes(BlockHeaderType.hashTreeRoot(header), root) ? claim : undefined
}

/** The final claim that has the block of a place, in its lineage, and that the sequencer's key stands for. */
async function finalClaimOf(
  { finals, isRescue }: Pick<EvidenceDeps, 'finals' | 'isRescue'>,
  { number, lineage }: Place,
) {
  const found = await finals.claimOf(number)
  if (found === undefined || (await isRescue(found.record.hash))) return undefined
  return sameBytes(found.record.claim.lineage, lineage) ? found : undefined
}

async function openingOf(
  finals: FinalHeaders,
  { first, record }: NonNullable<Awaited<ReturnType<FinalHeaders['claimOf']>>>,
  number: bigint,
): Promise<Uint8Array | undefined> {
  const headers = []
  for (let each = first; each <= record.claim.lastHeader.number; each += 1n) {
    const header = await finals.header(each)
    if (header === undefined) return undefined
    headers.push(header)
  }
  return openHeader(headers, Number(number - first))
}

/** How a header stands to what is final at its place: the same, another, or nothing is known of the place. */
export async function againstFinal(
  deps: Pick<EvidenceDeps, 'finals' | 'isRescue'>,
  place: Place,
  root: Bytes32,
): Promise<'same' | 'other' | undefined> {
  const claim = await finalClaimOf(deps, place)
  const header = claim && (await deps.finals.header(place.number))
  if (header === undefined) return undefined
  return sameBytes(BlockHeaderType.hashTreeRoot(header), root) ? 'same' : 'other'
}
