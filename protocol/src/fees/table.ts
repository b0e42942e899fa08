import { type Operation, OperationKind } from '../types/operation.ts'
import type { Prices } from '../types/state.ts'

/** What one operation is charged for. */
export interface Charge {
  /** Units of execution; about one a signature. */
  readonly weight: bigint
  /** Bytes in the core of a batch: the operation itself and its segment. */
  readonly coreBytes: bigint
  /** Bytes in the witness of a batch: the signatures. */
  readonly witnessBytes: bigint
  /** Bytes of state that stay for ever. */
  readonly stateBytes: bigint
}

/** Bytes of a signature, of a segment's postRoot and selectors, of a stored conversation without members, of a member. */
const signature = 64
const segment = 33
const storedConversation = 80
const storedMember = 61

const charge = (weight: number, coreBytes: number, signatures: number, stateBytes = 0): Charge => ({
  weight: BigInt(weight),
  coreBytes: BigInt(coreBytes),
  witnessBytes: BigInt(signature * signatures),
  stateBytes: BigInt(stateBytes),
})

/** Of a message: digest, indices and its share of a full segment make 38 bytes beside the signature. */
export const messageCharge: Charge = charge(1, 38, 1)

const fundCharge = charge(2, 35 + segment, 1)
const reclaimCharge = charge(2, 27 + segment, 1)
const withdrawCharge = charge(2, 21 + segment, 1)

/**
 * The one table of what operations cost; a byte count is the SSZ size of the operation, its segment and its signatures.
 * @see docs/spec/fees.md
 */
export function operationCharge(operation: Operation): Charge {
  switch (operation.selector) {
    case OperationKind.createConversation: {
      const members = operation.value.members.length
      return charge(
        2 + 2 * members,
        49 + 49 * members + segment,
        1 + members,
        storedConversation + storedMember * members,
      )
    }
    case OperationKind.changeMembers: {
      const { remove, roles, add, exchange } = operation.value
      const entering = add.length + exchange.length
      return charge(
        2 + remove.length + roles.length + 2 * entering,
        31 + 2 * remove.length + 3 * roles.length + 51 * add.length + 32 * exchange.length + segment,
        1 + entering,
        storedMember * add.length,
      )
    }
    case OperationKind.fund:
      return fundCharge
    case OperationKind.reclaim:
      return reclaimCharge
    case OperationKind.withdraw:
      return withdrawCharge
  }
}

/** Price in mwei of `charge` at an execution price a unit and the block's prices. */
export function price(charge: Charge, executionPrice: bigint, prices: Prices): bigint {
  return (
    executionPrice * charge.weight +
    charge.coreBytes * prices.coreByte +
    charge.witnessBytes * prices.witnessByte +
    prices.settlement +
    charge.stateBytes * prices.stateByte
  )
}
