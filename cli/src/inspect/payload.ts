import {
  type BlockSkeleton,
  BodyKind,
  decodeCore,
  decodeWitness,
  OperationKind,
  type SegmentSkeleton,
} from '@parley/protocol'

/** What a batch on a DA layer holds. */
export interface PayloadSummary {
  readonly coreBytes: number
  /** Undefined when the witness was not at hand. */
  readonly witnessBytes: number | undefined
  readonly blocks: readonly {
    readonly timestamp: bigint
    readonly inboxCount: bigint
    readonly stateRoot: Uint8Array
    readonly shards: number
    readonly segments: number
    readonly messages: number
    readonly operations: Readonly<Record<string, number>>
    readonly inboxItems: number
    readonly signatures: number | undefined
  }[]
}

const operationNames = Object.fromEntries(Object.entries(OperationKind).map(([name, kind]) => [kind, name]))

function operationsOf(bodies: readonly SegmentSkeleton['body'][]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const body of bodies) {
    if (body.selector !== BodyKind.operation) continue
    const name = operationNames[body.value.selector] as string
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** Decodes a batch. @throws {CodecError}. */
export function summarize(core: Uint8Array, witness: Uint8Array | undefined): PayloadSummary {
  const blocks: BlockSkeleton[] = decodeCore(core)
  const signatures = witness === undefined ? undefined : decodeWitness(witness, blocks)
  return {
    coreBytes: core.length,
    witnessBytes: witness?.length,
    blocks: blocks.map(({ timestamp, inboxCount, stateRoot, runs }, i) => {
      const bodies = runs.flatMap((run) => run.segments.map(({ body }) => body))
      const messages = bodies.map((body) => (body.selector === BodyKind.messages ? body.value.length : 0))
      return {
        timestamp,
        inboxCount,
        stateRoot,
        shards: runs.length,
        segments: bodies.length,
        messages: messages.reduce((sum, count) => sum + count, 0),
        operations: operationsOf(bodies),
        inboxItems: bodies.filter((body) => body.selector === BodyKind.inboxItem).length,
        signatures: signatures?.[i]?.flat(2).length,
      }
    }),
  }
}
