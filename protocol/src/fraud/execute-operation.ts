import { decayedExcess, executionPrice, grownExcess } from '../fees/market.ts'
import { messageCharge, operationCharge, price } from '../fees/table.ts'
import type { SignatureVerifier } from '../signing/verifier.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { type InboxItem, InboxItemKind } from '../types/inbox.ts'
import { type Operation, OperationKind, signatureCount } from '../types/operation.ts'
import { applyAccountOperation, applyDeposit, type Work } from './execute-accounts.ts'
import { applyChange } from './execute-change.ts'
import { type Surroundings, speak } from './execute-messages.ts'
import type { PackedWriter } from './packed.ts'
import type { ShardWalk } from './shard-walk.ts'
import { forcedVouching, unquestioned, type Vouching } from './vouching.ts'

/** Executes an operation as `OperationProof` does, signatures aside. @returns the shard's root; undefined when it is invalid. */
export function executeOperation(walk: ShardWalk, operation: Operation, around: Surroundings): Bytes32 | undefined {
  const { feeExcess, feeTime } = walk.shard
  const { fees, timestamp } = around
  const excess = decayedExcess(feeExcess, feeTime, timestamp, fees)
  const charge = operationCharge(operation)
  walk.shard = { ...walk.shard, feeExcess: grownExcess(excess, charge.weight, fees), feeTime: timestamp }
  const work = workOf(walk, around, executionPrice(excess, fees), operation, unquestioned)
  return apply(work, operation, around) ? walk.root() : undefined
}

/**
 * Executes an inbox item as `OperationProof` does, its signatures looked at and the hints of their keys written.
 * @returns the shard's root; undefined when the item is skipped.
 * @throws {RangeError} for prices, which touch no shard.
 */
export function executeItem(
  walk: ShardWalk,
  proof: PackedWriter,
  item: InboxItem,
  around: Surroundings,
  verifier: SignatureVerifier,
): Bytes32 | undefined {
  const { feeExcess, feeTime } = walk.shard
  const execution = executionPrice(decayedExcess(feeExcess, feeTime, around.timestamp, around.fees), around.fees)
  if (item.selector === InboxItemKind.prices) throw new RangeError('prices touch no shard')
  if (item.selector === InboxItemKind.deposit) {
    applyDeposit(walk, item.value.account, item.value.owner, item.value.amount)
    return walk.root()
  }
  if (item.selector === InboxItemKind.forcedMessage) {
    const { message, signature } = item.value
    const spoken = speak(walk, message, price(messageCharge, execution, around.prices), around.chainId)
    if (typeof spoken === 'string') return undefined
    const vouching = forcedVouching(proof, around.chainId, verifier, [signature])
    return vouching.byKey(spoken.key, spoken.digest, 0) ? walk.root() : undefined
  }
  const { operation, signatures, sender } = item.value
  if (signatures.length !== signatureCount(operation)) return undefined
  const vouching = forcedVouching(proof, around.chainId, verifier, signatures, sender)
  const work = workOf(walk, around, execution, operation, vouching)
  const free = operation.selector === OperationKind.withdraw || operation.selector === OperationKind.reclaim
  return apply(free ? { ...work, price: 0n } : work, operation, around) ? walk.root() : undefined
}

function workOf(
  walk: ShardWalk,
  { chainId, separator, prices }: Surroundings,
  execution: bigint,
  operation: Operation,
  vouching: Vouching,
): Work {
  return {
    walk,
    chainId,
    separator,
    price: price(operationCharge(operation), execution, prices),
    messagePrice: price(messageCharge, execution, prices),
    vouching,
  }
}

function apply(work: Work, operation: Operation, { shard }: Surroundings): boolean {
  if (operation.value.shard !== shard) return false
  return operation.selector === OperationKind.changeMembers
    ? applyChange(work, operation.value)
    : applyAccountOperation(work, operation)
}
