import {
  applyInboxItem,
  applyOperation,
  type BlockContext,
  type InboxItem,
  type SignedOperation,
  TransitionError,
  type TransitionFault,
} from '@parley/protocol'
import type { ShardState } from './shard-state.ts'
import { ShardView } from './shard-view.ts'

/** Runs an operation on a copy of what it touches. @returns the copy, to be committed, or why it is refused. */
export function tryOperation(
  state: ShardState,
  { operation, signatures }: SignedOperation,
  feeExcess: bigint,
  context: BlockContext,
): ShardView | TransitionFault {
  const view = ShardView.ofOperation(state, operation, feeExcess)
  try {
    applyOperation(view.shard, state.index, operation, signatures, context)
    return view
  } catch (error) {
    if (error instanceof TransitionError) return error.fault
    throw error
  }
}

/** Applies an inbox item; one that is not valid changes nothing. @throws {RangeError} when the inbox breaks its word. */
export function executeItem(state: ShardState, item: InboxItem, context: BlockContext): void {
  const view = ShardView.ofItem(state, item)
  if (applyInboxItem(view.shard, state.index, item, context) === undefined) view.commit()
}
