import {
  type BlockFault,
  BodyKind,
  type ChainConfig,
  consumedItems,
  domainSeparator,
  type InboxWindow,
  pricesAfter,
  type QueuedItem,
  type Run,
  type SegmentPlace,
  type Shard,
  type SignatureVerifier,
} from '@parley/protocol'
import {
  BatchTrees,
  type ClaimFault,
  type ClaimParts,
  openingsOf,
  type Proof,
  type ProofSources,
  proofOf,
} from '@parley/protocol/fraud'
import { blockContext, executeSegment } from '@parley/protocol/reference'
import { stateOfRoots, type VerifiedState } from '../store/chain-records.ts'

/** A claim that is wrong, with what it commits to. */
export interface WrongClaim {
  readonly parts: ClaimParts
  readonly fault: ClaimFault
  /** The state that the claim follows. */
  readonly parent: VerifiedState
  /** Inbox from the parent's inboxCount on, beyond the last item that a block of the claim names. */
  readonly window: InboxWindow
}

export interface ClaimProofDeps {
  readonly config: ChainConfig
  readonly verifier: SignatureVerifier
  /** A shard as the claim's parent left it. */
  readonly shardValues: (shard: number) => Promise<Shard | undefined>
  /** Numbers of items after which the inbox had a new price point, in order, as far as `items`; the first is 0. */
  readonly pricePoints: (items: bigint) => Promise<readonly bigint[]>
}

/**
 * Writes the proof by which the contract removes a wrong claim. Everything before the fault must be right: the shard is
 * executed up to it by the reference transition, from the values that the lanes hold.
 * @throws {RangeError} when the blocks do not have what the fault is about.
 */
export async function writeClaimProof(deps: ClaimProofDeps, wrong: WrongClaim): Promise<Proof> {
  const { config } = deps
  const { parts, fault, parent, window } = wrong
  const { core } = parts
  const trees = new BatchTrees(parts)
  const states = statesBefore(wrong)
  const place = placeOf(fault, parent, core)
  const shard = place === undefined ? undefined : await shardBefore(deps, wrong, states, place)
  const last = core.at(-1)?.header.inboxCount ?? parent.header.inboxCount
  const points = await deps.pricePoints(last)
  const sources: ProofSources = {
    chainId: config.chainId,
    separator: domainSeparator(config.chainId, config.inbox),
    fees: config.fees,
    parentNumber: parent.header.number,
    parentInboxCount: parent.header.inboxCount,
    shardBefore(asked) {
      if (shard === undefined || !samePlace(asked, place)) throw new RangeError('the fault is in no segment')
      return openingsOf(shard)
    },
    stateBefore: (block) => stateOfRoots(states[block] as VerifiedState),
    pricePoint: (count) => points.findLastIndex((after) => after <= count),
    itemAt: (index) => itemAt(window, parent, index).item,
  }
  return proofOf(fault, trees, sources)
}

/** The state before each block, as far as what comes before it is right. */
function statesBefore({ parts, parent, window }: WrongClaim): readonly VerifiedState[] {
  const states = [parent]
  for (const block of parts.core.slice(0, -1)) {
    const before = states.at(-1) as VerifiedState
    const waiting = window.waiting.slice(Number(before.header.inboxCount - parent.header.inboxCount))
    const items = consumedItems(block.header, before.header, { ...window, waiting })
    const shardRoots = [...before.shardRoots]
    for (const { shard, postRoot } of block.runs) shardRoots[shard] = postRoot
    states.push({ header: block.header, prices: pricesAfter(before.prices, items), shardRoots })
  }
  return states
}

/** The segment that a fault is in, where a proof has to execute it. */
function placeOf(
  fault: ClaimFault,
  parent: VerifiedState,
  core: readonly { readonly runs: readonly Run[] }[],
): SegmentPlace | undefined {
  if ('rule' in fault || !isExecuted(fault)) return undefined
  const block = Number(fault.block - parent.header.number - 1n)
  const run = core[block]?.runs.findIndex(({ shard }) => shard === fault.shard) ?? -1
  if (run < 0) throw new RangeError(`block ${fault.block} has no run of shard ${fault.shard}`)
  return { block, run, segment: fault.segment ?? 0 }
}

function isExecuted(fault: BlockFault): fault is BlockFault & { code: 'SEGMENT_INVALID' | 'POST_ROOT' } {
  return fault.code === 'SEGMENT_INVALID' || fault.code === 'POST_ROOT'
}

const samePlace = (a: SegmentPlace, b: SegmentPlace | undefined): boolean =>
  a.block === b?.block && a.run === b.run && a.segment === b.segment

/** The shard of a segment as it stands before it. */
async function shardBefore(
  { config, verifier, shardValues }: ClaimProofDeps,
  { parts, parent, window }: WrongClaim,
  states: readonly VerifiedState[],
  place: SegmentPlace,
): Promise<Shard> {
  const index = parts.core[place.block]?.runs[place.run]?.shard ?? -1
  const shard = await shardValues(index)
  if (shard === undefined) throw new RangeError(`there is no shard ${index}`)
  parts.core.slice(0, place.block + 1).forEach(({ header, runs }, block) => {
    const run = runs.findIndex((each) => each.shard === index)
    if (run < 0) return
    const { prices } = states[block] as VerifiedState
    const signatures = parts.witness[block]?.[run] ?? []
    const segments = (runs[run] as Run).segments
    const before = block === place.block ? segments.slice(0, place.segment) : segments
    before.forEach(({ body }, segment) => {
      // What stands here before the fault is signed rightly. A forced item says by its signatures whether it applies.
      const asked = body.selector === BodyKind.inboxItem ? verifier : verifiedBefore
      const context = blockContext(config, asked, header.timestamp, prices)
      executeSegment(shard, index, body, signatures[segment] ?? [], (i) => itemAt(window, parent, i), context)
    })
  })
  return shard
}

const verifiedBefore: SignatureVerifier = {
  name: 'verified before',
  verifyMember: () => true,
  verifyOwner: () => true,
}

function itemAt({ waiting }: InboxWindow, { header }: VerifiedState, index: bigint): QueuedItem {
  const item = index < header.inboxCount ? undefined : waiting[Number(index - header.inboxCount)]
  if (item === undefined) throw new RangeError(`inbox item ${index} is not known`)
  return item
}
