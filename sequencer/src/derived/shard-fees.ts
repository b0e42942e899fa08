import { ContainerType, type ValueOf, VectorCompositeType } from '@chainsafe/ssz'
import {
  BodyKind,
  decayedExcess,
  executionPrice,
  type FeeParameters,
  grownExcess,
  limits,
  type Mwei,
  messageCharge,
  mwei,
  operationCharge,
  type Prices,
  price,
  type RunsView,
  Uint64Type,
} from '@parley/protocol'

const ShardFeeType = new ContainerType({ feeExcess: Uint64Type, feeTime: Uint64Type }, { typeName: 'ShardFee' })
type ShardFee = ValueOf<typeof ShardFeeType>

/** Fee fields of all shards, as snapshots keep them. */
export const ShardFeesType = new VectorCompositeType(ShardFeeType, limits.shards)

/** What a shard asks at one time. */
export interface ShardPrice {
  readonly shard: number
  /** Of a unit of weight. */
  readonly execution: Mwei
  /** Of one message. */
  readonly message: Mwei
}

/** The shards' fee fields after the last sealed block, followed from its segments. Only quotes are made of them. */
export class ShardFees {
  fees: ShardFee[]

  private readonly parameters: FeeParameters

  constructor(parameters: FeeParameters, fees: ShardFee[] = ShardFeesType.defaultValue()) {
    this.parameters = parameters
    this.fees = fees
  }

  /** Takes in the runs of a block. */
  apply(view: RunsView, timestamp: bigint): void {
    for (const run of view.runs) {
      const shard = this.fees[run.shard] as ShardFee
      for (const segment of run.segments) {
        if (segment.kind === BodyKind.inboxItem) continue
        const units =
          segment.kind === BodyKind.messages
            ? messageCharge.weight * BigInt(segment.messages)
            : operationCharge(view.operation(segment)).weight
        const left = decayedExcess(shard.feeExcess, shard.feeTime, timestamp, this.parameters)
        shard.feeExcess = grownExcess(left, units, this.parameters)
        shard.feeTime = timestamp
      }
    }
  }

  /** Prices at `timestamp` (ms) under a block's `prices`. */
  quote(timestamp: bigint, prices: Prices): ShardPrice[] {
    return this.fees.map(({ feeExcess, feeTime }, shard) => {
      const at = timestamp > feeTime ? timestamp : feeTime
      const execution = executionPrice(decayedExcess(feeExcess, feeTime, at, this.parameters), this.parameters)
      return { shard, execution: mwei(execution), message: mwei(price(messageCharge, execution, prices)) }
    })
  }
}
