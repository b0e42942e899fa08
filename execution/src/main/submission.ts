import { limits, OperationKind, type SignedOperation, SignedOperationType, signedMessageBytes } from '@parley/protocol'
import { ExecutionError } from '../faults.ts'
import type { LaneHandle } from './lane-handle.ts'

function assertAtMost(field: string, value: number, maximum: number): void {
  if (value > maximum) throw new ExecutionError({ code: 'ENTRY_INVALID', field, value, minimum: 0, maximum })
}

/** Spreads messages over the lanes' rings, all or none. */
export class MessageSpreader {
  private readonly lanes: readonly LaneHandle[]
  private readonly maximum: number
  private readonly counts: Uint32Array

  /** @param maximum - Messages of one call at most: what an empty queue holds. */
  constructor(lanes: readonly LaneHandle[], maximum: number) {
    this.lanes = lanes
    this.maximum = maximum
    this.counts = new Uint32Array(lanes.length)
  }

  /** @returns false, having queued nothing, when a lane has no room. @throws {ExecutionError} `ENTRY_INVALID` */
  submit(messages: Uint8Array, ticket: number): boolean {
    const count = messages.length / signedMessageBytes
    if (!Number.isInteger(count) || count === 0)
      throw new ExecutionError({
        code: 'ENTRY_INVALID',
        field: 'messages.length',
        value: messages.length,
        minimum: signedMessageBytes,
        maximum: this.maximum * signedMessageBytes,
      })
    assertAtMost('messages', count, this.maximum)
    const { lanes, counts } = this
    counts.fill(0)
    for (let i = 0; i < count; i += 1) {
      const lane = (messages[i * signedMessageBytes] as number) % lanes.length
      counts[lane] = (counts[lane] as number) + 1
    }
    for (let lane = 0; lane < lanes.length; lane += 1)
      if ((counts[lane] as number) > (lanes[lane] as LaneHandle).entries.room) return false
    for (let i = 0; i < count; i += 1) {
      const offset = i * signedMessageBytes
      const lane = lanes[(messages[offset] as number) % lanes.length] as LaneHandle
      lane.entries.message(messages, offset, ticket, i)
    }
    for (let lane = 0; lane < lanes.length; lane += 1)
      if ((counts[lane] as number) > 0) lanes[lane]?.publish(counts[lane] as number)
    return true
  }
}

/** Bounds of the types, which serialising does not look at. */
function assertBounds({ operation, signatures }: SignedOperation): void {
  assertAtMost('signatures', signatures.length, limits.signaturesPerOperation)
  if (operation.selector === OperationKind.createConversation)
    assertAtMost('members', operation.value.members.length, limits.entriesPerOperation)
  if (operation.selector !== OperationKind.changeMembers) return
  const { remove, roles, add } = operation.value
  assertAtMost('remove', remove.length, limits.entriesPerOperation)
  assertAtMost('roles', roles.length, limits.entriesPerOperation)
  assertAtMost('add', add.length, limits.entriesPerOperation)
}

/** Queues an operation in its lane. @returns false when the lane has no room. @throws {ExecutionError} `ENTRY_INVALID` */
export function submitOperation(lanes: readonly LaneHandle[], signed: SignedOperation, ticket: number): boolean {
  assertBounds(signed)
  const lane = lanes[signed.operation.value.shard % lanes.length] as LaneHandle
  if (!lane.entries.operation(SignedOperationType.serialize(signed), ticket)) return false
  lane.publish(1)
  return true
}
