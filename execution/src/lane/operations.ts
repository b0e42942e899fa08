import {
  type InboxItem,
  type SignatureVerifier,
  type SignedOperation,
  TransitionError,
  type TransitionFault,
} from '@parley/protocol'
import { applyInboxItem, applyOperation } from '@parley/protocol/reference'
import type { LaneContext } from './lane-context.ts'
import type { ShardState } from './shard-state.ts'
import { ShardView } from './shard-view.ts'

/** For entries whose signatures were verified before they were recorded. */
const trustingVerifier: SignatureVerifier = { name: 'none', verifyMember: () => true, verifyOwner: () => true }

/**
 * Runs an operation on a copy of what it touches.
 * @param trusted - Its signatures are known to hold.
 * @returns the copy, to be committed, or why it is refused.
 */
export function tryOperation(
  state: ShardState,
  { operation, signatures }: SignedOperation,
  feeExcess: bigint,
  context: LaneContext,
  trusted = false,
): ShardView | TransitionFault {
  const view = ShardView.ofOperation(state, operation, feeExcess)
  context.verifier.forget()
  try {
    const around = trusted ? { ...context, verifier: trustingVerifier } : context
    applyOperation(view.shard, state.index, operation, signatures, around)
    return view
  } catch (error) {
    if (error instanceof TransitionError) return error.fault
    throw error
  }
}

/** Applies an inbox item; one that is not valid changes nothing. @throws {RangeError} when the inbox breaks its word. */
export function executeItem(state: ShardState, item: InboxItem, context: LaneContext): void {
  const view = ShardView.ofItem(state, item)
  context.verifier.forget()
  if (applyInboxItem(view.shard, state.index, item, context) === undefined) view.commit(context.verifier)
}
