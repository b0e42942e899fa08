import { grownExcess } from '../fees/market.ts'
import { messageCharge, operationCharge, price } from '../fees/table.ts'
import { sameBytes } from '../ssz/bytes.ts'
import type { Signature } from '../ssz/primitives.ts'
import { type InboxItem, InboxItemKind, shardOfItem } from '../types/inbox.ts'
import { type Message, type Operation, OperationKind, signatureCount } from '../types/operation.ts'
import type { Shard } from '../types/state.ts'
import {
  type Application,
  applyCreateConversation,
  applyFund,
  applyReclaim,
  applyWithdraw,
} from './account-operations.ts'
import { applyChangeMembers } from './change-members.ts'
import { type BlockContext, beginSegment, inboxPrices, type SegmentPrices } from './context.ts'
import { TransitionError, type TransitionFault } from './faults.ts'
import { assertShard, demand } from './lookup.ts'
import { applyMessage } from './message.ts'

function dispatch(a: Application, operation: Operation): void {
  assertShard(a.shardIndex, operation.value.shard)
  const expected = signatureCount(operation)
  demand(a.signatures.length === expected, () => ({
    code: 'SIGNATURE_COUNT',
    expected,
    received: a.signatures.length,
  }))
  switch (operation.selector) {
    case OperationKind.createConversation:
      applyCreateConversation(a, operation.value)
      break
    case OperationKind.changeMembers:
      applyChangeMembers(a, operation.value)
      break
    case OperationKind.fund:
      applyFund(a, operation.value)
      break
    case OperationKind.reclaim:
      applyReclaim(a, operation.value)
      break
    case OperationKind.withdraw:
      applyWithdraw(a, operation.value)
      break
  }
}

/** Opens a segment of messages: fixes its prices. Call once before its messages. */
export function openMessageSegment(shard: Shard, context: BlockContext): SegmentPrices {
  return beginSegment(shard, context)
}

/** Closes a segment of `count` messages: lets the excess grow by what was used. */
export function closeMessageSegment(shard: Shard, count: number, context: BlockContext): void {
  shard.feeExcess = grownExcess(shard.feeExcess, messageCharge.weight * BigInt(count), context.config.fees)
}

/** Applies a segment of messages. @throws {TransitionError} at the first invalid one; the shard is then of no use. */
export function applyMessages(
  shard: Shard,
  shardIndex: number,
  messages: readonly Message[],
  signatures: readonly Signature[],
  context: BlockContext,
): void {
  demand(signatures.length === messages.length, () => ({
    code: 'SIGNATURE_COUNT',
    expected: messages.length,
    received: signatures.length,
  }))
  const prices = openMessageSegment(shard, context)
  messages.forEach((message, i) => {
    try {
      applyMessage(shard, shardIndex, message, signatures[i] as Signature, prices, context)
    } catch (error) {
      throw error instanceof TransitionError ? new TransitionError(error.fault, i) : error
    }
  })
  closeMessageSegment(shard, messages.length, context)
}

/** Applies an operation as a segment of its own. @throws {TransitionError} and leaves the shard as it was. */
export function applyOperation(
  shard: Shard,
  shardIndex: number,
  operation: Operation,
  signatures: readonly Signature[],
  context: BlockContext,
): void {
  const { feeExcess, feeTime } = shard
  const prices = beginSegment(shard, context)
  const charge = operationCharge(operation)
  try {
    dispatch(
      {
        shard,
        shardIndex,
        price: price(charge, prices.execution, prices.prices),
        prices,
        signatures,
        sender: undefined,
        context,
      },
      operation,
    )
  } catch (error) {
    shard.feeExcess = feeExcess
    shard.feeTime = feeTime
    throw error
  }
  shard.feeExcess = grownExcess(shard.feeExcess, charge.weight, context.config.fees)
}

/** Forced exits cost nothing on the L3: the L2's fee was paid, and a flood of the shard must not lock anybody in. */
function isFreeWhenForced(operation: Operation): boolean {
  return operation.selector === OperationKind.withdraw || operation.selector === OperationKind.reclaim
}

function applyDeposit(shard: Shard, item: InboxItem & { selector: 0 }): void {
  const { account, owner, amount } = item.value
  const held = shard.accounts[account]
  if (held !== undefined && !sameBytes(held.owner, owner)) throw new RangeError(`account ${account} has another owner`)
  if (held !== undefined) held.balance += amount
  else if (account === shard.accounts.length) shard.accounts.push({ owner, nonce: 0n, balance: amount, withdrawn: 0n })
  else throw new RangeError(`deposit opens account ${account} of a shard that has ${shard.accounts.length}`)
}

/**
 * Applies an item forced through the L2. An invalid one changes nothing.
 * @returns why it was skipped, or undefined.
 * @throws {RangeError} when a deposit opens an account out of turn or names another owner than the account's, which the
 * inbox contract makes impossible.
 */
export function applyInboxItem(
  shard: Shard,
  shardIndex: number,
  item: InboxItem,
  context: BlockContext,
): TransitionFault | undefined {
  if (shardOfItem(item) !== shardIndex) throw new RangeError(`inbox item does not belong to shard ${shardIndex}`)
  try {
    if (item.selector === InboxItemKind.deposit) applyDeposit(shard, item)
    const prices = inboxPrices(shard, context)
    if (item.selector === InboxItemKind.forcedMessage)
      applyMessage(shard, shardIndex, item.value.message, item.value.signature, prices, context)
    if (item.selector === InboxItemKind.forcedOperation) {
      const { operation, sender, signatures } = item.value
      const due = isFreeWhenForced(operation) ? 0n : price(operationCharge(operation), prices.execution, prices.prices)
      dispatch({ shard, shardIndex, price: due, prices, signatures, sender, context }, operation)
    }
    return undefined
  } catch (error) {
    if (error instanceof TransitionError) return error.fault
    throw error
  }
}
